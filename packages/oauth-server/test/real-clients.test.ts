import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import type { Browser } from './browser.ts'
import { chat, type Diary, serveDiary } from './fixture.ts'
import { begin, discover, getTokens, signUp } from './flow.ts'

let diary: Diary
let browser: Browser
before(async () => {
  diary = await serveDiary({ registration: true })
  browser = await signUp(diary, 'ada')
})
after(() => diary.close())

interface Registered {
  client_id: string
  client_secret?: string
  client_name?: string
  redirect_uris: string[]
  warnings?: string[]
}

async function register(body: object): Promise<{ status: number; client: Registered; error?: string }> {
  const answer = await fetch(`${diary.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const client = (await answer.json()) as Registered & { error_description?: string }
  return { status: answer.status, client, ...(client.error_description && { error: client.error_description }) }
}

const usual = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
const real: Record<string, { redirect_uris: string[] } & Record<string, unknown>> = {
  Cursor: {
    ...usual,
    redirect_uris: [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
    ],
    token_endpoint_auth_method: 'none',
  },
  'Visual Studio Code': {
    grant_types: [...usual.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    client_uri: 'https://code.visualstudio.com',
    redirect_uris: [
      'https://insiders.vscode.dev/redirect',
      'https://vscode.dev/redirect',
      'http://127.0.0.1/',
      'http://127.0.0.1:33418/',
    ],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  },
  Claude: {
    ...usual,
    redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    token_endpoint_auth_method: 'none',
    scope: 'claudeai',
  },
  'Claude Code (notes)': {
    ...usual,
    redirect_uris: ['http://localhost:54545/callback'],
    token_endpoint_auth_method: 'none',
  },
  ChatGPT: {
    ...usual,
    redirect_uris: [
      'https://chatgpt.com/connector/oauth/Ab-1_x',
      'https://chatgpt.com/connector_platform_oauth_redirect',
    ],
    token_endpoint_auth_method: 'client_secret_post',
  },
  n8n: {
    ...usual,
    redirect_uris: ['https://n8n.example.com/rest/oauth2-credential/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    client_uri: 'https://n8n.io/',
    scope: 'openid',
  },
  'MCP CLI Proxy': {
    ...usual,
    redirect_uris: ['http://localhost:3334/oauth/callback'],
    token_endpoint_auth_method: 'none',
    client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
    software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
    software_version: '0.1.30',
    scope: 'openid email profile',
  },
  'Gemini CLI MCP Client': {
    ...usual,
    redirect_uris: ['http://localhost:7777/oauth/callback'],
    token_endpoint_auth_method: 'none',
    code_challenge_method: ['S256'],
    logo_uri: null,
    scope: '',
  },
  'An editor (plugin:example-marketplace-tools:production-database)': {
    redirect_uris: Array.from({ length: 12 }, (_, index) => `http://127.0.0.1:${49_153 + index}/oauth/callback`),
    resource: 'https://notes.example.com/mcp',
  },
  'Raycast ❤️': {
    redirect_uris: ['com.raycast:/oauth'],
    token_endpoint_auth_method: null,
    logo_uri: '',
  },
}

for (const [name, metadata] of Object.entries(real))
  test(`${name} registers as it does, signs in with the first callback, and calls`, async () => {
    const { status, client } = await register({ client_name: name, ...metadata })
    assert.equal(status, 201)
    assert.deepEqual(client.redirect_uris, metadata.redirect_uris)
    assert.equal(client.client_name, name)
    assert.equal(client.warnings, undefined)
    const own = {
      id: client.client_id,
      ...(client.client_secret && { secret: client.client_secret }),
      redirectUris: client.redirect_uris,
    }
    const { tokens } = await getTokens(diary, own, browser, { scope: String(metadata.scope ?? 'diary:read') })
    assert.equal((await diary.call(tokens.access_token)).status, 200)
  })

test('each callback is judged by itself, and what is left out is named', async () => {
  const good = ['cursor://x/callback', 'https://a.example/cb']
  const bad = ['javascript:alert(1)', 'http://evil.example/', 'https:evil.example', 'https://a.example/\u0000']
  const { status, client } = await register({ redirect_uris: [...bad, ...good] })
  assert.equal(status, 201)
  assert.deepEqual(client.redirect_uris, good)
  assert.equal(client.warnings?.length, bad.length)
  assert.match(String(client.warnings?.[0]), /javascript:alert\(1\).*must not use the scheme javascript/)
  const refused = await register({ redirect_uris: bad })
  assert.equal(refused.status, 400)
  assert.match(String(refused.error), /javascript.*evil\.example/)
})

test('an app whose name hides characters is refused, and its consent page cannot be turned around', async () => {
  for (const client_name of [
    'Good app\u202Efdp',
    'Cla\u200Bude',
    'Claude\nby Anthropic',
    'x\u0007',
    'x\u3164',
    '\u2800',
  ])
    assert.equal((await register({ redirect_uris: ['https://a.example/'], client_name })).status, 400)
})

// Whatever the client asks for, the user is asked once, and the client gets a code and tokens with scopes that exist.
for (const scope of [
  ...['openid', 'openid email profile', 'openid diary:read', 'read write', 'claudeai', 'offline_access'],
  ...[
    'diary:read,diary:write',
    ' diary:read',
    'diary:read ',
    'diary:read  openid',
    'diary:read offline_access',
    'diary:\u00E9 x',
  ],
])
  test(`scope=${JSON.stringify(scope)} ends at the callback with a code, by oauth4webapi`, async () => {
    const issuer = new URL(`${diary.url}/oauth`)
    const insecure = { [oauth.allowInsecureRequests]: true } as const
    const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    const as = await oauth.processDiscoveryResponse(issuer, discovered)
    const redirectUri = 'https://app.example.com/callback'
    const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
    const registration = await oauth.dynamicClientRegistrationRequest(as, metadata, insecure)
    const client = await oauth.processDynamicClientRegistrationResponse(registration)
    const verifier = oauth.generateRandomCodeVerifier()
    const query = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      state: 'state',
      nonce: 'nonce',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    await browser.open(`${as.authorization_endpoint}?${query}`)
    const callback = new URL(await browser.submit('allow'))
    const answer = oauth.validateAuthResponse(as, client, callback, 'state')
    const none = oauth.None()
    const token = await oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, none, answer, redirectUri, verifier, insecure),
    )
    const expected =
      /^[\s]*diary:read(?!,)/.test(scope) || scope === 'openid diary:read' ? 'diary:read' : 'diary:read diary:write'
    assert.equal(token.scope, expected)
    const refreshed = await oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, none, String(token.refresh_token), {
        ...insecure,
        additionalParameters: { scope: 'openid diary:read offline_access' },
      }),
    )
    assert.equal((await diary.call(refreshed.access_token)).status, 200)
    // The second time nobody is asked.
    assert.match(await browser.open(`${as.authorization_endpoint}?${query}`), /[?&]code=/)
  })

test('a client with openid-client asks for openid and is asked for consent once', async () => {
  const { tokens } = await getTokens(diary, chat, await signUp(diary, 'grace'), { scope: 'openid email' })
  assert.equal(tokens.scope, 'diary:read diary:write')
  assert.equal(tokens.id_token, undefined)
  const metadata = (await discover(diary, chat)).serverMetadata()
  assert.deepEqual(metadata.scopes_supported, ['diary:read', 'diary:write'])
  assert.ok(await begin(diary, chat))
})
