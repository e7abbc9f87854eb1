import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { main } from '../src/command/command.ts'
import { checkPlugin } from '../src/index.ts'

const token = 'user-token-1'
const key = 'key-1'
const basic = `Basic ${Buffer.from('admin:secret').toString('base64')}`
let server: Server
let url: string
let calls: string[] = []

const operation = (operationId: string, scheme: string) => ({
  get: {
    operationId,
    summary: operationId,
    security: [{ [scheme]: [] }],
    responses: { 200: { description: 'Done', content: { 'application/json': { schema: { type: 'object' } } } } },
  },
})
const spec = {
  openapi: '3.1.0',
  info: { title: 'Mixed', version: '1' },
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer' },
      basic: { type: 'http', scheme: 'basic' },
      key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
    },
  },
  paths: {
    '/admin/1': operation('admin1', 'basic'),
    '/admin/2': operation('admin2', 'basic'),
    '/admin/3': operation('admin3', 'basic'),
    '/things': operation('things', 'bearer'),
    '/keyed': operation('keyed', 'key'),
    '/sign-in': { get: { ...operation('signIn', 'bearer').get, security: [] } },
  },
}
before(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const give = (status: number, value: object, scheme = 'Bearer') => {
      const challenge = status === 401 ? { 'www-authenticate': scheme } : {}
      response.writeHead(status, { 'content-type': 'application/json', ...challenge }).end(JSON.stringify(value))
    }
    if (path === '/openapi.json') return give(200, spec)
    if (!(path in spec.paths)) return give(404, {})
    if (request.method !== 'GET') return give(405, {})
    if (path === '/sign-in') return give(200, { access_token: token, token_type: 'bearer' })
    const { authorization } = request.headers
    const isOpen = path.startsWith('/admin/')
      ? authorization === basic
      : path === '/keyed'
        ? request.headers['x-api-key'] === key
        : authorization === `Bearer ${token}`
    if (isOpen) calls.push(path)
    give(isOpen ? 200 : 401, {}, path.startsWith('/admin/') ? 'Basic' : 'Bearer')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

for (const [what, options, opened] of [
  ['a bearer token', { token: `bearer=${token}` }, ['/things']],
  ['a name and a password', { token: basic }, ['/admin/1', '/admin/2', '/admin/3']],
  ['a key in a header', { token: `key=${key}` }, ['/keyed']],
] as const)
  test(`of several schemes, the operations are called that accept ${what}; the others are untested`, async () => {
    calls = []
    const report = await checkPlugin({ baseUrl: url, ...options, found: { specUrl: `${url}/openapi.json` } })
    assert.deepEqual([...new Set(calls)].sort(), opened)
    assert.deepEqual(
      report.findings.filter(({ code }) => code.startsWith('auth-token')),
      [],
    )
    const untested = report.untested.filter(({ reason }) => /--token/.test(reason))
    assert.equal(untested.length, Object.keys(spec.paths).length - 1 - opened.length, JSON.stringify(report.untested))
  })

test('an API is tested by the URL of its spec, which need not be at a usual place', async () => {
  calls = []
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const code = await main([`${url}/openapi.json`, '--token', token], undefined, { log: print, error: print })
  assert.ok(code < 2, lines.join('\n'))
  assert.deepEqual([...new Set(calls)], ['/things'])
  assert.doesNotMatch(lines.join('\n'), /manifest-missing/)
  // The sign-in answers with the token that the user has.
  assert.doesNotMatch(lines.join('\n'), /auth-echo/)
})
