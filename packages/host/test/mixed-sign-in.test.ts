import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { DocumentAuth, DocumentOperation } from '@reference-plugins/reader'
import { Caller } from '../src/calls/caller.ts'
import type { RegisteredPlugin } from '../src/plugins/plugins.ts'
import { readPlugin } from '../src/registration/read-plugin.ts'
import type { Credentials } from '../src/sign-in/credentials.ts'
import { NotActivated } from '../src/sign-in/not-activated.ts'

const schemes = {
  token: { type: 'http', scheme: 'bearer' },
  admin: { type: 'http', scheme: 'basic' },
  header: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  query: { type: 'apiKey', in: 'query', name: 'api_key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'session' },
  oauth: {
    type: 'oauth2',
    flows: { authorizationCode: { authorizationUrl: '/authorize', tokenUrl: '/token', scopes: { read: 'Reads' } } },
  },
  certificate: { type: 'mutualTLS' },
}
type Scheme = keyof typeof schemes
type Way = Partial<Record<Scheme, string[]>>

let server: Server
let url: string
/** By operation: what its spec requires. */
let operations: Record<string, Way[] | undefined> = {}
/** The header of an answer 401. */
let challenge: string | undefined
/** FastAPI answers 403. */
let unauthorized = 401
before(async () => {
  server = createServer((request, response) => {
    const give = (status: number, value: object) =>
      response
        .writeHead(status, {
          'content-type': 'application/json',
          ...(challenge !== undefined && status === 401 && { 'www-authenticate': challenge }),
        })
        .end(JSON.stringify(value))
    const { pathname } = new URL(request.url ?? '', url)
    if (pathname === '/openapi.json') return give(200, spec())
    const name = pathname.slice(1)
    if (!(name in operations)) return give(404, {})
    const ways = operations[name] ?? []
    const isOpen =
      ways.length === 0 || ways.some((way) => Object.keys(way).every((one) => carries(request, one as Scheme)))
    give(isOpen ? 200 : unauthorized, { name, sent: request.headers.authorization ?? null })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const spec = () => ({
  openapi: '3.1.0',
  info: { title: 'Mixed', version: '1' },
  components: { securitySchemes: schemes },
  paths: Object.fromEntries(
    Object.entries(operations).map(([name, security]) => [
      `/${name}`,
      {
        get: {
          operationId: name,
          summary: 'S',
          responses: { 200: { description: 'ok' } },
          ...(security && { security }),
        },
      },
    ]),
  ),
})

function carries({ headers }: IncomingMessage, scheme: Scheme): boolean {
  if (scheme === 'header') return headers['x-api-key'] === 'secret-1'
  if (scheme === 'admin') return headers.authorization === 'Basic secret-1'
  return ['token', 'oauth'].includes(scheme) && headers.authorization === 'Bearer secret-1'
}

async function register(given: typeof operations) {
  operations = given
  challenge = undefined
  const options = { allowLoopback: true, signal: AbortSignal.timeout(20_000) }
  const { found, steps } = await readPlugin(`${url}/openapi.json`, options)
  const auth = steps.find(({ name }) => name === 'auth')
  return { found, auth, failed: steps.find(({ state }) => state === 'failed') }
}

/** Calls an operation with a valid token. `asked` counts how often it was asked for, the second time as refused. */
async function call(
  name: string,
  document: NonNullable<Awaited<ReturnType<typeof register>>['found']>['document'],
  isSignedIn = true,
) {
  const asked: boolean[] = []
  const credentials = {
    async authorization(_: string, { document: { auth } }: { document: { auth: DocumentAuth } }, isRefused = false) {
      asked.push(isRefused)
      if (auth.type !== 'none' && !isSignedIn) throw new NotActivated('sign in first')
      return auth.type === 'none' ? undefined : `${auth.scheme === 'basic' ? 'Basic' : 'Bearer'} secret-1`
    },
  } as unknown as Credentials
  const outcome = await new Caller({ credentials, allowLoopback: true }).call({
    id: 'call',
    user: 'ada',
    plugin: { id: 'plugin-1', document } as unknown as RegisteredPlugin,
    operation: document.operations.find((one) => one.name === name) as DocumentOperation,
    arguments: {},
    conversation: 'c',
    signal: AbortSignal.timeout(10_000),
  })
  return { status: outcome.response?.status, result: outcome.result ?? '', asked }
}

test('the scheme with which most operations can be called is used, and OAuth of several', async () => {
  for (const [given, wanted] of [
    [
      { a: [{ admin: [] }], b: [{ token: [] }], c: [{ token: [] }] },
      { type: 'user_http', scheme: 'bearer' },
    ],
    [
      { a: [{ admin: [] }], b: [{ admin: [] }], c: [{ token: [] }] },
      { type: 'user_http', scheme: 'basic' },
    ],
    [
      { a: [{ oauth: ['read'] }, { header: [] }], b: [{ header: [] }] },
      { type: 'user_http', keyHeader: 'X-Api-Key' },
    ],
    [{ a: [{ oauth: ['read'] }, { header: [] }] }, { type: 'oauth' }],
    [{ a: [{ token: [] }], b: [{ oauth: ['read'] }] }, { type: 'oauth' }],
    [
      { a: [{ query: [] }], b: [{ token: [] }] },
      { type: 'user_http', scheme: 'bearer' },
    ],
    [
      { a: [{ certificate: [] }], b: [{ token: [] }] },
      { type: 'user_http', scheme: 'bearer' },
    ],
    // Only what needs no sign-in can be called.
    [{ a: [{ query: [] }], b: [] }, { type: 'none' }],
    [{ a: [{ cookie: [] }, {}] }, { type: 'none' }],
  ] as [typeof operations, Partial<DocumentAuth>][]) {
    const { found, failed } = await register(given)
    const auth = found?.document.auth
    assert.deepEqual({ ...auth, ...wanted }, auth, `${JSON.stringify(given)} ${JSON.stringify(failed)}`)
  }
  const { failed } = await register({ a: [{ query: [] }] })
  assert.match(failed?.message ?? '', /"api_key" in the query/)
  assert.doesNotMatch(failed?.advice ?? '', /manifest/)
})

test('a valid token is used where it is enough, and a 401 elsewhere says which scheme is missing', async () => {
  for (const main of ['token', 'oauth'] as const) {
    const { found, auth } = await register({
      one: [{ [main]: [] }],
      two: [{ admin: [] }, { [main]: [] }],
      three: [{}, { [main]: [] }],
      free: [],
      basic: [{ admin: [] }],
      header: [{ header: [] }],
      query: [{ query: [] }, { cookie: [] }],
      both: [{ [main]: [], header: [] }],
    })
    assert.ok(found)
    for (const name of ['one', 'two', 'three', 'free'])
      assert.equal((await call(name, found.document)).status, 200, name)
    assert.match((await call('free', found.document)).result, /"sent":null/)
    assert.match((await call('three', found.document)).result, /"sent":"Bearer/)
    for (const [name, missing] of [
      ['basic', /basic requires a user name and a password \(Basic\)/],
      ['header', /header requires the key X-Api-Key in a header/],
      ['query', /query requires the key api_key in the query, or the key session in a cookie/],
      ['both', /both requires .* and the key X-Api-Key in a header/],
    ] as const)
      for (const [header, answered] of [
        [undefined, 401],
        [undefined, 403],
        ['Basic realm="x"', 401],
        ['Bearer error="invalid_token"', 401],
      ] as const) {
        challenge = header
        unauthorized = answered
        const { status, result, asked } = await call(name, found.document)
        unauthorized = 401
        assert.equal(status, answered)
        assert.match(result, missing)
        assert.match(result, /Signing in again does not help/)
        assert.doesNotMatch(result, /Tell the user to sign in/)
        // The sign-in is neither renewed nor ended.
        assert.deepEqual(asked, [false])
        assert.match(auth?.advice ?? '', missing)
      }
    assert.equal(auth?.state, 'warned')
  }
})

test('a user without a token calls what the spec does not protect, and what needs none', async () => {
  for (const protectedBy of ['token', 'oauth'] as const) {
    const { found } = await register({
      one: [{ [protectedBy]: [] }],
      two: [{ [protectedBy]: [] }],
      silent: undefined,
      either: [{}, { token: [] }],
      basic: [{ admin: [] }],
    })
    assert.ok(found)
    const { document } = found
    for (const name of ['silent', 'either']) {
      assert.match((await call(name, document, false)).result, /"sent":null/)
      assert.match((await call(name, document)).result, /"sent":"Bearer/, 'developers forget to name the sign-in')
    }
    assert.match((await call('one', document, false)).result, /Nothing was sent: sign in first/)
    const basic = await call('basic', document, false)
    assert.match(basic.result, /Nothing was sent: basic requires a user name and a password.*Signing in again/)
    operations = { silent: [{ token: [] }] }
    const refused = await call('silent', document, false)
    assert.match(refused.result, /Status 401.*Tell the user to sign in/)
    assert.deepEqual(refused.asked, [false, false])
  }
  // A spec that protects nothing, or an operation that does not say what it needs in a manifest's plugin.
  const { found } = await register({ silent: undefined })
  assert.ok(found)
  assert.match((await call('silent', found.document, false)).result, /Nothing was sent/)
})

test('where the spec says nothing, the challenge of the answer says which scheme is missing', async () => {
  const { found } = await register({ one: [{ token: [] }], silent: [{ admin: [] }] })
  assert.ok(found)
  const { document } = found
  const silent = document.operations.map(({ signIn: _, ...operation }) => operation)
  challenge = 'Basic realm="admin", Digest realm="x"'
  const other = await call('silent', { ...document, operations: silent })
  assert.match(other.result, /silent requires a sign-in by Basic or Digest, which this host does not have/)
  challenge = 'Bearer error="invalid_token"'
  assert.match((await call('silent', { ...document, operations: silent })).result, /sign in to it again/)
  challenge = undefined
  const none = { ...document.auth, type: 'none' as const }
  const open = await call('silent', { ...document, auth: none, operations: silent })
  assert.match(open.result, /requires a sign-in, which this host does not have: the plugin has no sign-in/)
})

test('a wrong token is still answered with the advice to sign in again', async () => {
  const { found } = await register({ one: [{ oauth: [] }] })
  assert.ok(found)
  operations = { one: [{ admin: [] }] }
  const { result, asked } = await call('one', found.document)
  assert.match(result, /Tell the user to sign in to it again/)
  assert.deepEqual(asked, [false, true])
})

test('an operation that needs no sign-in by its spec, and gets 401, says so', async () => {
  const { found } = await register({ free: [], one: [{ token: [] }] })
  assert.ok(found)
  operations = { free: [{ token: [] }] }
  assert.match((await call('free', found.document)).result, /Its spec says that free needs no sign-in/)
})
