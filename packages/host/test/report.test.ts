import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { PluginDetail, RegistrationEvent, ReportEvent } from '../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'

const key = 'key-of-ada-1'
let server: Server
let url: string
let served: ServedHost
let browser: Browser
/** What the server was asked for: path and key. */
let hits: [path: string, key: string | undefined][] = []

const operation = (more: object = {}) => ({
  get: {
    operationId: 'listBooks',
    summary: 'Lists the books',
    responses: { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } },
    ...more,
  },
})
const info = { title: 'Books', version: '1' }
const specs: Record<string, () => object> = {
  '/specs/books.json': () => ({
    openapi: '3.1.0',
    info,
    // The host calls the second: the first is on another domain.
    servers: [{ url: 'https://books.example/prod' }, { url: `${url}/v1` }],
    paths: { '/books': operation() },
  }),
  '/specs/guarded.json': () => ({
    openapi: '3.1.0',
    info,
    servers: [{ url: '/v1' }],
    components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } } },
    paths: { '/guarded': operation({ security: [{ key: [] }] }) },
  }),
}
before(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    const sent = request.headers['x-api-key'] as string | undefined
    hits.push([path, sent])
    const give = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    const spec = specs[path]?.()
    if (spec) return give(200, spec)
    if (path === '/v1/guarded' && sent !== key) return give(401, { title: 'No key' })
    give(/^\/v1\/(books|guarded)(\?|$)/.test(path) ? 200 : 404, { books: [] })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
  served = await serveHost()
  browser = served.browser()
})
after(async () => {
  await served.close()
  server.closeAllConnections()
  server.close()
})

async function reportOf(address: string, token?: string) {
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address })).at(-1)
  assert.ok(end?.type === 'end')
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${id}/activation`, token === undefined ? {} : { token })
  hits = []
  const report = (await browser.events<ReportEvent>(`/api/plugins/${id}/report`)).at(-1)
  assert.ok(report?.type === 'end', JSON.stringify(report))
  return report
}

test('the contract test reads the spec where the host found it, and calls the server that the host calls', async () => {
  const report = await reportOf(`${url}/specs/books.json`)
  const codes = report.findings.map(({ code }) => code)
  assert.deepEqual(
    codes.filter((code) => /missing|not-readable/.test(code)),
    [],
  )
  assert.ok(hits.some(([path]) => path === '/specs/books.json'))
  assert.ok(hits.some(([path]) => path === '/v1/books'))
  assert.deepEqual(
    hits.filter(([path]) => /^\/(openapi|\.well-known\/ai-plugin)/.test(path)),
    [],
  )
  assert.ok(!report.untested.some(({ subject, what }) => subject === 'listBooks' && what === 'answers'))
})

test('the contract test sends the key in the header that the spec names', async () => {
  const report = await reportOf(`${url}/specs/guarded.json`, key)
  assert.ok(hits.some(([path, sent]) => path === '/v1/guarded' && sent === key))
  assert.ok(!report.findings.some(({ code }) => code === 'auth-token-refused'), JSON.stringify(report.findings))
  assert.ok(!JSON.stringify(report).includes(key))
})
