import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import {
  Client,
  InsufficientScopeError,
  type OAuthClientProvider,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import type { Browser } from './browser.ts'
import { type Diary, desktop, serveDiary } from './fixture.ts'
import { signUp } from './flow.ts'

// The official MCP client signs in without a person: the browser's part is done by the fixture's.

const callback = 'http://127.0.0.1:8123/callback'
const documentUrl = 'https://assistant.example.com/oauth/client.json'
const document = {
  client_id: documentUrl,
  client_name: 'Assistant',
  redirect_uris: [callback],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}

class Provider implements OAuthClientProvider {
  readonly redirectUrl = callback
  readonly clientMetadata = {
    client_name: 'A desktop app',
    redirect_uris: [callback],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  }
  clientMetadataUrl?: string
  information: StoredOAuthClientInformation | undefined
  kept: StoredOAuthTokens | undefined
  /** Where the browser was sent. */
  asked: URL | undefined
  #verifier = ''

  constructor(how: { id?: string; documentUrl?: string } = {}) {
    if (how.id) this.information = { client_id: how.id } as StoredOAuthClientInformation
    if (how.documentUrl) this.clientMetadataUrl = how.documentUrl
  }

  clientInformation = () => this.information
  saveClientInformation(information: StoredOAuthClientInformation) {
    this.information = information
  }
  tokens = () => this.kept
  saveTokens(tokens: StoredOAuthTokens) {
    this.kept = tokens
  }
  redirectToAuthorization(url: URL) {
    this.asked = url
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier
  }
  codeVerifier = () => this.#verifier
}

/** Connects, signs in, and connects again with what it was given. */
async function connect(diary: Diary, provider: Provider, browser: Browser): Promise<Client> {
  const url = new URL(`${diary.url}/mcp`)
  const first = new StreamableHTTPClientTransport(url, { authProvider: provider })
  await assert.rejects(newClient().connect(first), UnauthorizedError)
  await first.finishAuth(await allow(provider, browser))
  const client = newClient()
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider: provider }))
  return client
}

const newClient = () => new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })

async function allow(provider: Provider, browser: Browser): Promise<URLSearchParams> {
  await browser.open(String(provider.asked))
  return new URL(await browser.submit('allow')).searchParams
}

const fetchNothing = () => Promise.reject(new Error('nothing is fetched'))

for (const [how, options, make] of [
  ['registered by the operator', {}, () => new Provider({ id: desktop.id })],
  ['that registers itself', { registration: true }, () => new Provider()],
  [
    'whose id is a document',
    { documents: { hosts: ['assistant.example.com'], fetch: async () => answer(document) } },
    () => new Provider({ documentUrl }),
  ],
] as const)
  test(`the official client, ${how}, signs in and calls`, async (t) => {
    const diary = await serveDiary(options)
    t.after(diary.close)
    const browser = await signUp(diary, 'ada')
    const provider = make()
    const client = await connect(diary, provider, browser)
    assert.equal(provider.asked?.searchParams.get('resource'), `${diary.url}/mcp`)
    assert.equal(provider.asked?.searchParams.get('code_challenge_method'), 'S256')
    assert.equal(provider.asked?.searchParams.get('scope'), 'diary:read diary:write')
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      ['readDiary', 'writeDiary'],
    )
    const { structuredContent } = await client.callTool({ name: 'readDiary', arguments: {} })
    assert.match(JSON.stringify(structuredContent), /"user":/)
    // A token for MCP is good for nothing else; one for the whole plugin is good for MCP.
    assert.equal((await diary.call(provider.kept?.access_token)).status, 401)

    await browser.open(`${diary.url}/oauth/apps`)
    assert.match(
      browser.page,
      how.startsWith('registered')
        ? /Desktop app/
        : how.includes('document')
          ? /assistant\.example\.com/
          : /A desktop app/,
    )
    await browser.submit('revoke', { client: String(provider.information?.client_id) })
    provider.kept = { ...(provider.kept as StoredOAuthTokens), refresh_token: undefined }
    await assert.rejects(client.callTool({ name: 'readDiary', arguments: {} }), UnauthorizedError)
    await client.close()
  })

function answer(body: object, status = 200) {
  return {
    status,
    headers: new Headers({ 'content-type': 'application/json' }),
    url: documentUrl,
    body: Buffer.from(JSON.stringify(body)),
  }
}

test('a client without a scope asks for it and continues', async (t) => {
  const diary = await serveDiary()
  t.after(diary.close)
  const browser = await signUp(diary, 'ada')
  const provider = new Provider({ id: desktop.id })
  const url = new URL(`${diary.url}/mcp`)
  const first = new StreamableHTTPClientTransport(url, { authProvider: provider })
  await assert.rejects(newClient().connect(first), UnauthorizedError)
  const asked = provider.asked as URL
  asked.searchParams.set('scope', 'diary:read')
  await first.finishAuth(await allow(provider, browser))
  const transport = new StreamableHTTPClientTransport(url, { authProvider: provider })
  const client = newClient()
  await client.connect(transport)
  await client.callTool({ name: 'readDiary', arguments: {} })
  provider.asked = undefined
  await assert.rejects(client.callTool({ name: 'writeDiary', arguments: {} }), (error) => {
    assert.ok(error instanceof UnauthorizedError || error instanceof InsufficientScopeError, String(error))
    return true
  })
  assert.deepEqual(
    String((provider.asked as URL | undefined)?.searchParams.get('scope'))
      .split(' ')
      .sort(),
    ['diary:read', 'diary:write'],
  )
  await transport.finishAuth(await allow(provider, browser))
  await client.callTool({ name: 'writeDiary', arguments: {} })
  await client.callTool({ name: 'readDiary', arguments: {} })
  await client.close()
})

test('without the configuration nobody registers, and no document is fetched', async (t) => {
  const diary = await serveDiary({ documents: { hosts: [], fetch: fetchNothing } })
  t.after(diary.close)
  const metadata = await readMetadata(diary)
  assert.equal(metadata.registration_endpoint, undefined)
  assert.ok(!metadata.client_id_metadata_document_supported)
  assert.equal((await register(diary, { redirect_uris: [callback] })).status, 404)
  const browser = await signUp(diary, 'ada')
  await browser.open(authorize(diary, documentUrl))
  assert.equal(browser.status, 400)
})

const readMetadata = async ({ url }: Diary): Promise<Record<string, unknown>> =>
  (await (await fetch(`${url}/.well-known/oauth-authorization-server/oauth`)).json()) as Record<string, unknown>

const register = ({ url }: Diary, body: unknown, type = 'application/json'): Promise<Response> =>
  fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

function authorize({ url }: Diary, clientId: string): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callback,
    scope: 'diary:read',
    state: 'a',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  })
  return `${url}/oauth/authorize?${query}`
}

test('a registration must keep the rules, and the app is shown as unverified', async (t) => {
  const diary = await serveDiary({ registration: true })
  t.after(diary.close)
  const bad: [what: string, body: unknown, error: string, type?: string][] = [
    ['no callback', {}, 'invalid_redirect_uri'],
    ['an empty list', { redirect_uris: [] }, 'invalid_redirect_uri'],
    ['http elsewhere', { redirect_uris: ['http://evil.example.com/'] }, 'invalid_redirect_uri'],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['a fragment', { redirect_uris: ['https://a.example.com/#x'] }, 'invalid_redirect_uri'],
    ['a user', { redirect_uris: ['https://a@evil.example.com/'] }, 'invalid_redirect_uri'],
    ['too many', { redirect_uris: Array.from({ length: 21 }, () => callback) }, 'invalid_redirect_uri'],
    ['a long name', { redirect_uris: [callback], client_name: 'x'.repeat(121) }, 'invalid_client_metadata'],
    [
      'another way',
      { redirect_uris: [callback], token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    ['no JSON', '{', 'invalid_client_metadata'],
    ['a list', [], 'invalid_client_metadata'],
    ['a form', 'redirect_uris=a', 'invalid_client_metadata', 'application/x-www-form-urlencoded'],
    ['too long', { redirect_uris: [callback], x: 'x'.repeat(20_000) }, 'invalid_client_metadata'],
  ]
  for (const [what, body, error, type] of bad) {
    const refused = await register(diary, body, type)
    assert.equal(refused.status, 400, what)
    assert.equal(((await refused.json()) as { error: string }).error, error, what)
  }
  const asked = {
    redirect_uris: [callback],
    client_name: '<b>Diary</b>',
    jwks_uri: 'https://127.0.0.1/',
    withoutPkce: true,
  }
  const registered = await register(diary, asked)
  assert.equal(registered.status, 201)
  assert.equal(registered.headers.get('cache-control'), 'no-store')
  const client = (await registered.json()) as Record<string, unknown>
  assert.equal(client.jwks_uri, undefined)
  assert.equal(client.client_secret, undefined)
  assert.equal(client.registration_access_token, undefined)

  const browser = await signUp(diary, 'ada')
  await browser.open(authorize(diary, String(client.client_id)))
  assert.match(browser.page, /This app is unverified/)
  assert.match(browser.page, /&lt;b&gt;Diary&lt;\/b&gt;/)
  await browser.open(authorize(diary, desktop.id))
  assert.doesNotMatch(browser.page, /This app is unverified/)
  const withoutPkce = new URL(authorize(diary, String(client.client_id)))
  withoutPkce.searchParams.delete('code_challenge')
  withoutPkce.searchParams.delete('code_challenge_method')
  assert.match(await browser.open(withoutPkce.href), /error=invalid_request/)

  for (let count = 0; count < 30; count++) await register(diary, asked)
  const tooMany = await register(diary, asked)
  assert.equal(tooMany.status, 429)
  assert.ok(tooMany.headers.get('retry-after'))
})

test('a client document is accepted only from the configured hosts, and only if it is valid', async (t) => {
  let body: object = document
  let fetched = 0
  const fetch = async () => {
    fetched++
    return answer(body)
  }
  const diary = await serveDiary({ documents: { hosts: ['assistant.example.com'], fetch } })
  t.after(diary.close)
  assert.equal((await readMetadata(diary)).client_id_metadata_document_supported, true)
  const browser = await signUp(diary, 'ada')
  const status = async (id: string) => {
    await browser.open(authorize(diary, id))
    return browser.status
  }
  for (const id of [
    'https://evil.example.com/c.json',
    'https://assistant.example.com.evil.example.com/c',
    'http://assistant.example.com/c',
  ])
    assert.equal(await status(id), 400, id)
  assert.equal(fetched, 0)
  for (const [what, bad] of Object.entries({
    'another id': document,
    'a secret': { ...document, client_secret: 'x'.repeat(40), token_endpoint_auth_method: 'client_secret_post' },
    'http elsewhere': { ...document, redirect_uris: ['http://evil.example.com/', callback] },
    'no PKCE': { ...document, withoutPkce: true },
    'a list': [document],
  })) {
    // Documents are cached for a while, so each has another URL.
    const id = `https://assistant.example.com/${what.replaceAll(' ', '-')}.json`
    body = Array.isArray(bad) ? bad : { ...bad, client_id: what === 'another id' ? documentUrl : id }
    assert.equal(await status(id), 400, what)
  }
  body = document
  assert.equal(await status(documentUrl), 200)
  assert.match(browser.page, /This app is unverified/)
})

test('a client document on this machine or in a private network is not fetched', async (t) => {
  let connections = 0
  const inside = createServer((socket) => {
    connections++
    socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  const diary = await serveDiary({ documents: { hosts: ['*'] } })
  t.after(async () => {
    inside.close()
    await diary.close()
  })
  const browser = await signUp(diary, 'ada')
  const { port } = inside.address() as AddressInfo
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::ffff:127.0.0.1]:${port}`, `2130706433:${port}`]) {
    await browser.open(authorize(diary, `https://${host}/client.json`))
    assert.equal(browser.status, 400, host)
  }
  assert.equal(connections, 0)
})
