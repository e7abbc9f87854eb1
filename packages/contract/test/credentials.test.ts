import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Credentials, takeFromHeaders } from '../src/calls/credentials.ts'
import { checkPlugin, type Report } from '../src/index.ts'
import { assumedScheme, type Scheme } from '../src/spec/security-schemes.ts'

const schemes = {
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic' },
  header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  query: { type: 'apiKey', in: 'query', name: 'api_key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'session' },
  oauth: {
    type: 'oauth2',
    flows: { clientCredentials: { tokenUrl: 'https://login.example.com/token', scopes: { read: 'Read' } } },
  },
  openid: { type: 'openIdConnect', openIdConnectUrl: 'https://login.example.com/.well-known/openid-configuration' },
  digest: { type: 'http', scheme: 'digest' },
  certificate: { type: 'mutualTLS' },
}
type Name = keyof typeof schemes

const secrets: Record<Name, string> = {
  bearer: 'token-of-bearer-0123',
  basic: 'ada:password-of-ada',
  header: 'key-of-the-header-0123',
  query: 'key-of-the-query-0123',
  cookie: 'key-of-the-cookie-0123',
  oauth: 'token-of-oauth-0123',
  openid: 'token-of-openid-0123',
  digest: 'digest-0123',
  certificate: '',
}

function hasSecret(name: Name, { headers, url }: IncomingMessage): boolean {
  const [scheme = '', value] = (headers.authorization ?? '').split(/ (.*)/s)
  const is = (wanted: string) => scheme.toLowerCase() === wanted
  if (name === 'basic') return is('basic') && Buffer.from(value ?? '', 'base64').toString() === secrets.basic
  if (name === 'header') return headers['x-api-key'] === secrets.header
  if (name === 'query') return new URL(url ?? '/', 'http://x').searchParams.get('api_key') === secrets.query
  if (name === 'cookie') return (headers.cookie ?? '').split('; ').includes(`session=${secrets.cookie}`)
  return is(name === 'digest' ? 'digest' : 'bearer') && value === secrets[name]
}

interface Case {
  /** By path: the alternatives of GET, each the schemes that are needed together. Undefined says nothing. */
  paths: Record<string, Name[][] | undefined>
  /** A defect: whether a request is let in that should not be. */
  letsIn?: (request: IncomingMessage, path: string) => boolean
}

async function check({ paths, letsIn = () => false }: Case, options: object): Promise<Report> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const send = (status: number, value: unknown, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    if (path === '/openapi.json') return send(200, spec)
    if (!Object.hasOwn(paths, path)) return send(404, {})
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, {}, { allow: 'GET, HEAD' })
    const ways = paths[path]
    const isIn = !ways || ways.length === 0 || ways.some((way) => way.every((name) => hasSecret(name, request)))
    if (isIn || letsIn(request, path)) return send(200, { things: [] })
    const kind = ways?.flat().includes('basic') ? 'Basic realm="x"' : 'Bearer'
    send(401, { title: 'Sign in' }, { 'www-authenticate': kind })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const used = new Set(Object.values(paths).flatMap((ways) => (ways ?? []).flat()))
  const content = { 'application/json': { schema: { type: 'object' } } }
  const responses = { 200: { description: 'Things', content }, default: { description: 'A problem', content } }
  const spec = {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1', description: 'Lists things' },
    servers: [{ url }],
    components: { securitySchemes: Object.fromEntries([...used].map((name) => [name, schemes[name]])) },
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, ways]) => {
        const security = ways?.map((way) => Object.fromEntries(way.map((name) => [name, []])))
        const get = { operationId: path.slice(1), summary: 'List', ...(security && { security }), responses }
        return [path, { get }]
      }),
    ),
  }
  try {
    return await checkPlugin({ baseUrl: url, maxTime: 50, ...options })
  } finally {
    server.close().closeAllConnections()
  }
}

/** What is said about credentials. */
const said = ({ findings }: Report) =>
  findings.filter(({ code }) => /^(auth|scope|user)-/.test(code)).map(({ code, subject }) => `${code} ${subject}`)
const missing = ({ untested }: Report) =>
  untested.filter(({ what }) => what === 'answers').map(({ subject, reason }) => `${subject}: ${reason}`)

const one = (name: Name): Case => ({ paths: { '/things': [[name]] } })

for (const name of ['bearer', 'basic', 'header', 'query', 'cookie', 'oauth', 'openid'] as const)
  test(`--token alone reaches what needs ${name}`, async () => {
    const report = await check(one(name), { token: secrets[name] })
    assert.deepEqual(said(report), [])
    assert.deepEqual([...report.answered], ['things'])
  })

for (const name of ['bearer', 'basic', 'header', 'query', 'cookie'] as const)
  test(`what needs ${name} and takes any value, or a part of it, is found`, async () => {
    const any = await check({ ...one(name), letsIn: () => true }, { token: secrets[name] })
    assert.ok(said(any).includes('auth-open things'), said(any).join())
    assert.ok(said(any).includes('auth-any-token things'), said(any).join())
    assert.ok(!JSON.stringify(any.findings).includes(secrets[name]), 'the secret is not shown')
  })

test('a forged session in a cookie and a key in the query are found', async () => {
  const cookie = await check(
    { ...one('cookie'), letsIn: ({ headers }) => /session=./.test(headers.cookie ?? '') },
    { token: secrets.cookie },
  )
  assert.deepEqual(said(cookie), ['auth-any-token things'])
  const query = await check(
    { ...one('query'), letsIn: ({ url }) => /api_key=./.test(url ?? '') },
    { token: secrets.query },
  )
  assert.deepEqual(said(query), ['auth-any-token things'])
})

test('a right user with a wrong password is found', async () => {
  const letsIn = ({ headers }: IncomingMessage) =>
    Buffer.from((headers.authorization ?? '').slice(6), 'base64')
      .toString()
      .startsWith('ada:')
  const report = await check({ ...one('basic'), letsIn }, { token: secrets.basic })
  assert.deepEqual(said(report), ['auth-any-token things'])
  assert.ok(!JSON.stringify(report.findings).includes('YWRh'), 'nor what is made of the secret')
})

test('with several schemes a token goes where it fits, and what it does not reach is said with the option', async () => {
  const mixed: Case = { paths: { '/things': [['bearer']], '/admin': [['basic']], '/jobs': [['header']] } }
  const report = await check(mixed, { token: secrets.bearer })
  assert.deepEqual(said(report), [])
  assert.deepEqual([...report.answered], ['things'])
  assert.deepEqual(missing(report), [
    'admin: no credentials were given for it: --token basic=USER:PASSWORD',
    'jobs: no credentials were given for it: --token header=KEY',
  ])
  const all = await check(mixed, { token: [secrets.bearer, secrets.basic, `header=${secrets.header}`] })
  assert.deepEqual([said(all), missing(all)], [[], []])
  assert.equal(all.answered.size, 3)
})

test('a token that no scheme takes is refused once, and a public operation is tested all the same', async () => {
  const paths: Case['paths'] = { '/things': [['bearer']], '/jobs': [['header']], '/news': [] }
  const report = await check({ paths }, { token: 'another-token-0123' })
  assert.equal(said(report).filter((one) => one.startsWith('auth-token-refused')).length, 1, said(report).join())
  assert.deepEqual([...report.answered], ['news'])
})

test('alternatives, schemes that are needed together, and an optional one', async () => {
  const either = await check({ paths: { '/things': [['basic'], ['header']] } }, { token: `header=${secrets.header}` })
  assert.deepEqual([said(either), [...either.answered]], [[], ['things']])
  const both: Case = { paths: { '/things': [['header', 'query']] } }
  const pair = [`header=${secrets.header}`, `query=${secrets.query}`]
  const report = await check(both, { token: pair })
  assert.deepEqual([said(report), [...report.answered]], [[], ['things']])
  const half = await check({ ...both, letsIn: (request) => hasSecret('header', request) }, { token: pair })
  assert.ok(said(half).includes('auth-open things'), said(half).join())
  const lacking = await check(both, { token: pair[0] })
  assert.match(missing(lacking).join(), /--token query=KEY/)
  const optional = await check({ paths: { '/things': [[], ['bearer']] } }, {})
  assert.deepEqual([said(optional), [...optional.answered]], [[], ['things']])
})

test('a header that is a credential is left out where there must be none', async () => {
  for (const [name, headers] of [
    ['header', { 'x-api-key': secrets.header, 'x-tenant': 'one' }],
    ['cookie', { Cookie: `theme=dark; session=${secrets.cookie}` }],
    ['bearer', { Authorization: `Bearer ${secrets.bearer}` }],
  ] as const) {
    const report = await check(one(name), { headers })
    assert.deepEqual([said(report), [...report.answered]], [[], ['things']], name)
  }
})

test('what is public by the spec and asks for a token is found', async () => {
  const report = await check({ paths: { '/things': [], '/jobs': [['bearer']] } }, { token: secrets.bearer })
  assert.deepEqual(said(report), [])
  const server = createServer((request, response) => {
    const isSpec = request.url === '/openapi.json'
    const content = { 'application/json': { schema: { type: 'object' } } }
    const get = { operationId: 'a', summary: 'A', security: [], responses: { default: { description: 'x', content } } }
    const spec = { openapi: '3.1.0', info: { title: 'A', version: '1' }, paths: { '/a': { get } } }
    response.writeHead(isSpec ? 200 : request.url === '/a' ? 401 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isSpec ? spec : {}))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const closed = await checkPlugin({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  server.close().closeAllConnections()
  assert.deepEqual(said(closed), ['auth-undeclared a'])
})

test('what the tester cannot use is said', () => {
  const of = (name: string, kind: Scheme['kind']): Scheme => ({ name, kind, place: 'header', field: 'authorization' })
  const known = [of('certificate', 'unsupported'), of('digest', 'other')]
  const none = new Credentials({ schemes: known, given: [], assumed: assumedScheme('bearer') })
  assert.equal(none.optionsFor([{ certificate: [] }]), 'the tester cannot use certificate')
  assert.equal(none.optionsFor([{ digest: [] }]), "--token digest='WORD VALUE'")
  const given = new Credentials({ schemes: known, given: ['Digest username="a"'], assumed: assumedScheme('bearer') })
  assert.equal(given.place([{ digest: [] }])?.headers.authorization, 'Digest username="a"')
})

test('only what a scheme names is taken from the headers', () => {
  const cookie: Scheme = { name: 'session', kind: 'key', place: 'cookie', field: 'sid' }
  assert.deepEqual(takeFromHeaders({ Cookie: 'a=1; sid=x=y', Accept: 'text/plain' }, [cookie]), {
    headers: { Cookie: 'a=1', Accept: 'text/plain' },
    given: ['session=x=y'],
  })
})
