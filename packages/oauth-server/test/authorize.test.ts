import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { Browser } from './browser.ts'
import { chat, type Diary, desktop, serveDiary, unregistered } from './fixture.ts'
import { begin, signUp } from './flow.ts'

let diary: Diary
let browser: Browser
before(async () => {
  diary = await serveDiary()
  browser = await signUp(diary, 'ada')
})
after(() => diary.close())

const own = chat.redirectUris[0] as string
const authorize = (parameters: Record<string, string>, by = new Browser(diary.url)) =>
  by.open(
    `/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: chat.id, redirect_uri: own, state: 's', ...parameters })}`,
  )

test('only an exactly registered callback is used', async () => {
  for (const uri of [
    `${own}/`,
    `${own}/x`,
    `${own}?x=1`,
    `${own}#x`,
    own.replace('https', 'http'),
    own.replace('chat.openai.com', 'chat.openai.com:444'),
    own.replace('chat.openai.com', 'user@chat.openai.com'),
    own.replace('chat.openai.com', 'chat.openai.com.evil.example'),
    own.replace('chat.openai.com', 'evil.example'),
    own.replace('chat.openai.com', 'chat%2eopenai.com'),
    own.replace('chat.openai.com', 'CHAT.OPENAI.COM'),
    own.replace('/aip/', '/aip/../aip/'),
    own.replace('plugin-1', 'plugin-2'),
    'javascript:alert(1)',
    '//evil.example',
    '',
  ]) {
    const by = new Browser(diary.url)
    const end = await authorize({ redirect_uri: uri }, by)
    assert.ok(end.startsWith(`${diary.url}/oauth/authorize`), `${uri} leads to ${end}`)
    assert.equal(by.status, 400, uri)
    assert.match(by.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(by.headers.get('content-security-policy') ?? '', /default-src 'none'/)
  }
})

test('an unregistered callback is named, so that it can be registered', async () => {
  const by = new Browser(diary.url)
  const callback = 'https://chat.openai.com/aip/plugin-9/oauth/callback'
  await authorize({ client_id: unregistered.id, redirect_uri: callback }, by)
  assert.equal(by.status, 400)
  assert.ok(by.page.includes(callback))
  await authorize({ client_id: unregistered.id, redirect_uri: '"><script>alert(1)</script>' }, by)
  assert.ok(!by.page.includes('<script>'))
})

test('an unknown client is refused without a redirect', async () => {
  const by = new Browser(diary.url)
  assert.ok((await authorize({ client_id: 'nobody' }, by)).startsWith(diary.url))
  assert.equal(by.status, 400)
})

for (const [what, parameters, error] of [
  ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
  ['a hidden sign-in of nobody', { prompt: 'none' }, 'login_required'],
  ['another resource', { resource: 'https://other.example.com' }, 'invalid_target'],
  ['a request object', { request: 'x.y.z' }, 'request_not_supported'],
] as [string, Record<string, string>, string][])
  test(`${what} is reported to the client, with its state and the issuer`, async () => {
    // A response type that is not known is answered as the implicit ones were, in the fragment.
    const end = new URL((await authorize(parameters)).replace('#', '?'))
    assert.equal(`${end.origin}${end.pathname}`, own)
    assert.equal(end.searchParams.get('error'), error)
    assert.equal(end.searchParams.get('code'), null)
    assert.equal(end.searchParams.get('state'), 's')
    assert.equal(end.searchParams.get('iss'), `${diary.url}/oauth`)
  })

test('a repeated parameter is refused', async () => {
  const by = new Browser(diary.url)
  const end = await by.open(
    `/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: chat.id, redirect_uri: own, state: 's', scope: 'diary:read' })}&scope=diary:write`,
  )
  assert.equal(new URL(end).searchParams.get('error'), 'invalid_request', end)
})

test('a client without PKCE is refused, unless it is configured so', async () => {
  const { start } = await begin(diary, desktop)
  start.searchParams.delete('code_challenge')
  start.searchParams.delete('code_challenge_method')
  assert.equal(new URL(await browser.open(start.href)).searchParams.get('error'), 'invalid_request')
})

test('a native client may listen on any port of this machine, and on no other machine', async () => {
  for (const [callback, allowed] of [
    ['http://127.0.0.1:49152/callback', true],
    ['http://127.0.0.1:8123/other', false],
    ['http://127.0.0.2:8123/callback', false],
    ['http://192.168.0.1:8123/callback', false],
  ] as const) {
    const { start } = await begin(diary, desktop, { redirect_uri: callback })
    const by = new Browser(diary.url)
    await by.open(start.href)
    assert.equal(by.status, allowed ? 200 : 400, callback)
  }
})

test('the metadata names the endpoints under the public address, whatever the request says', async () => {
  const places = [
    '/.well-known/oauth-authorization-server/oauth',
    '/.well-known/openid-configuration/oauth',
    '/oauth/.well-known/openid-configuration',
  ]
  const port = new URL(diary.url).port
  const answers = await Promise.all(
    places.flatMap((place) =>
      [{}, { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }].map(async (headers) =>
        (await fetch(`http://localhost:${port}${place}`, { headers })).json(),
      ),
    ),
  )
  for (const answer of answers) assert.deepEqual(answer, answers[0])
  const metadata = answers[0] as Record<string, unknown>
  assert.equal(metadata.issuer, `${diary.url}/oauth`)
  assert.equal(metadata.authorization_endpoint, `${diary.url}/oauth/authorize`)
  assert.equal(metadata.token_endpoint, `${diary.url}/oauth/token`)
  assert.equal(metadata.revocation_endpoint, `${diary.url}/oauth/revoke`)
  assert.deepEqual(metadata.response_types_supported, ['code'])
  assert.deepEqual(metadata.code_challenge_methods_supported, ['S256'])
  assert.equal(metadata.authorization_response_iss_parameter_supported, true)
  for (const absent of [
    'registration_endpoint',
    'userinfo_endpoint',
    'introspection_endpoint',
    'pushed_authorization_request_endpoint',
  ])
    assert.equal(metadata[absent], undefined, absent)
  const resource = (await (await fetch(`${diary.url}/.well-known/oauth-protected-resource`)).json()) as Record<
    string,
    unknown
  >
  assert.equal(resource.resource, diary.url)
  assert.deepEqual(resource.authorization_servers, [metadata.issuer])
})

test('unknown paths answer 404, and no path under /oauth fails', async () => {
  for (const path of [
    '',
    '/',
    '/me',
    '/reg',
    '/introspect',
    '/request',
    '/session/end',
    '/device',
    '/interaction/',
    '/interaction/x',
    '/authorize/x',
    '/jwks',
    '/apps',
    '/apps/x',
    '/token',
    '/revoke',
    '/%',
    '/authorize',
  ])
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const { status } = await fetch(`${diary.url}/oauth${path}`, { method, redirect: 'manual' })
      assert.ok(status < 500, `${method} /oauth${path} answers ${status}`)
      if (/^\/(me|reg|introspect|request|session|device)/.test(path))
        assert.ok(status === 404, `${method} ${path}: ${status}`)
    }
})

test('a caller that begins too many sign-ins must wait', async () => {
  const limited = await serveDiary({ rateLimit: 5 })
  const statuses: number[] = []
  for (let count = 0; count < 7; count++) {
    const answer = await fetch(`${limited.url}/oauth/authorize?response_type=code&client_id=chat&redirect_uri=${own}`, {
      redirect: 'manual',
    })
    statuses.push(answer.status)
    if (answer.status === 429) assert.ok(Number(answer.headers.get('retry-after')) > 0)
  }
  assert.deepEqual(statuses.slice(5), [429, 429])
  await limited.close()
})

test('the metadata are at every place where a client looks, with one issuer', async () => {
  const servers = ['oauth-authorization-server', 'openid-configuration']
  const places = servers.flatMap((name) => [
    ...['', '/oauth', '/mcp'].map((suffix) => `/.well-known/${name}${suffix}`),
    ...['/oauth', '/mcp'].map((prefix) => `${prefix}/.well-known/${name}`),
  ])
  for (const place of places.flatMap((one) => [one, `${one}/`])) {
    const answer = await fetch(`${diary.url}${place}`, { headers: { origin: 'https://any.example' } })
    assert.equal(answer.status, 200, place)
    const metadata = (await answer.json()) as Record<string, unknown>
    assert.equal(metadata.issuer, `${diary.url}/oauth`)
    assert.deepEqual(metadata.scopes_supported, ['diary:read', 'diary:write'])
    assert.equal((await fetch(`${diary.url}${place}`, { method: 'HEAD' })).status, 200, place)
  }
  for (const [place, resource] of [
    ['/.well-known/oauth-protected-resource', ''],
    ['/.well-known/oauth-protected-resource/', '/'],
    ['/.well-known/oauth-protected-resource/mcp', '/mcp'],
    ['/.well-known/oauth-protected-resource/mcp/', '/mcp/'],
    ['/mcp/.well-known/oauth-protected-resource', '/mcp'],
  ] as const) {
    const answer = await fetch(`${diary.url}${place}`)
    assert.equal(answer.status, 200, place)
    assert.equal(((await answer.json()) as { resource: string }).resource, `${diary.url}${resource}`)
  }
  for (const place of ['/.well-known/oauth-authorization-server/x', '/.well-known/openid-configuration/mcp/x'])
    assert.equal((await fetch(`${diary.url}${place}`)).status, 404, place)
})

test('no page of another origin may call what people open, and each may call the token endpoint', async () => {
  for (const origin of ['https://chatgpt.com', 'https://chat.openai.com', diary.url])
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const headers = { origin, 'access-control-request-method': 'POST' }
      for (const path of ['/oauth/authorize', '/oauth/authorize/x', '/oauth/apps', '/oauth/interaction/x']) {
        const answer = await fetch(`${diary.url}${path}`, { method, headers, redirect: 'manual' })
        assert.equal(answer.headers.get('access-control-allow-origin'), null, `${method} ${path}`)
        assert.ok(answer.status < 500)
      }
      const token = await fetch(`${diary.url}/oauth/token`, { method, headers })
      assert.equal(token.headers.get('access-control-allow-origin'), origin, method)
    }
})

test('a request with a whole URL as its target is answered', async () => {
  const { port } = new URL(diary.url)
  for (const target of ['x://evil.example', 'http://evil.example', 'x:', '//evil.example', 'ftp://a:b@evil.example'])
    for (const path of ['/oauth/apps', '/oauth/authorize?client_id=chat', '/.well-known/openid-configuration']) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.end(`GET ${target}${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)
      const answer = await text(socket)
      assert.match(answer, /^HTTP\/1\.1 [234]/, `${target}${path}`)
      assert.doesNotMatch(answer, /^location: (?!http:\/\/(127\.0\.0\.1|localhost):)/im)
    }
})

test('response_mode=form_post gets a page whose script and button send the answer', async () => {
  const { start } = await begin(diary, desktop, { response_mode: 'form_post' })
  await browser.open(start.href)
  await browser.submit('allow')
  const [, script = ''] = /<script>([^<]*)<\/script>/.exec(browser.page) ?? []
  const hash = createHash('sha256').update(script).digest('base64')
  assert.ok(browser.headers.get('content-security-policy')?.includes(`script-src 'sha256-${hash}'`))
  assert.match(browser.page, /<form method="post" action="http:\/\/127\.0\.0\.1:8123\/callback">/)
  assert.match(browser.page, /name="code"/)
})

test('an authorization request may be a form', async () => {
  const { start } = await begin(diary, desktop, { scope: 'openid diary:read', nonce: 'n' })
  const by = await signUp(diary, 'form')
  await by.open('/oauth/authorize', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: start.searchParams.toString(),
  })
  assert.match(by.page, /<li>Read your diary<\/li>/)
  assert.doesNotMatch(by.page, /Write into your diary/)
})
