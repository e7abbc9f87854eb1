import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DocumentRefused, documentKind, readManifest } from '../src/index.ts'

const url = 'https://shop.test/.well-known/ai-plugin.json'
const plain = {
  schema_version: 'v1',
  name_for_human: 'Shop',
  name_for_model: 'shop',
  description_for_human: 'Finds things.',
  description_for_model: 'Plugin for finding things in a shop.',
  auth: { type: 'none' },
  api: { type: 'openapi', url: 'https://shop.test/openapi.yaml' },
  logo_url: 'https://shop.test/logo.png',
  contact_email: 'help@shop.test',
  legal_info_url: 'https://shop.test/legal',
}
const json = (changes: object = {}): string => JSON.stringify({ ...plain, ...changes })

function refusal(text: string, from = url): DocumentRefused {
  try {
    readManifest(text, from)
  } catch (error) {
    assert.ok(error instanceof DocumentRefused, String(error))
    return error
  }
  return assert.fail('it was read')
}

test('a valid manifest needs no repair', () => {
  assert.deepEqual(readManifest(json(), url), {
    manifest: {
      url,
      name: 'shop',
      title: 'Shop',
      descriptionForModel: plain.description_for_model,
      descriptionForHuman: plain.description_for_human,
      logoUrl: plain.logo_url,
      legalInfoUrl: plain.legal_info_url,
      contactEmail: plain.contact_email,
      auth: { type: 'none', scheme: 'bearer', verificationTokens: {} },
      specUrl: 'https://shop.test/openapi.yaml',
    },
    repairs: [],
  })
})

const { auth: _auth, ...withoutAuth } = plain
const { api: _api, ...withoutApi } = plain

for (const [what, text, sentence, place] of [
  ['an empty answer', ' \n', /empty/],
  ['a zip file', 'PK\u0003\u0004\u0014\0\0\0mimetypeapplication/vnd.oasis.opendocument.text', /not text.*OpenDocument/],
  ['another binary file', '\u0000\u0001\u0002\u0003', /not text/],
  ['a web page', '<!doctype html><html><title>Sign in</title></html>', /web page.*"Sign in"/],
  ['a program', 'import json\nfrom pathlib import Path\nprint(json.dumps({"a": False}))', /Python.*Run it/, 1],
  ['a heading before the JSON', 'Our manifest\n{"schema_version": "v1"}', /text before its opening brace.*line 2/, 1],
  ['JSON without its opening brace', '"schema_version": "v1",\n"api": {}\n}', /brace \{ may be missing/],
  [
    'a comma that is missing',
    '{\n  "auth": {"type": "none"}\n  "api": {}\n}',
    /line 3, column 3: a comma is missing/,
    3,
  ],
  ['a text without quotes', '{\n  "contact_email": me@shop.test\n}', /line 2, column 20.*double quotes/, 2],
  ['a list', '[]', /is a list/],
  ['null', 'null', /is null/],
  [
    'an answer that says no',
    '{"detail":"Not authenticated"}',
    /error instead of a manifest.*Not authenticated.*without signing in/,
  ],
  [
    'the manifest of another tool',
    '{"schema_version":1,"plugin_packages":{},"plugins":{}}',
    /not a ChatGPT plugin manifest.*plugin_packages/,
  ],
  ['an OpenAPI document', '{"openapi":"3.1.0","info":{},"paths":{}}', /OpenAPI spec, not a manifest/],
  [
    'a manifest of Microsoft 365',
    '{"schema_version":"v2.2","name_for_human":"x","functions":[],"runtimes":[{"type":"OpenApi","spec":{"url":"https://a.test/o.yaml"}}]}',
    /Microsoft 365 plugin manifest.*v2\.2.*"https:\/\/a\.test\/o\.yaml"/,
  ],
  [
    'several APIs',
    '{"name":"x","apis":[{"main":"https://a.test/1"},{"main":"https://a.test/2"}]}',
    /2 APIs.*a\.test\/1.*a\.test\/2/,
  ],
  ['no api', JSON.stringify(withoutApi), /no api, so there is nothing to call/],
  ['an api without an address', json({ api: { type: 'none' } }), /no url.*"none".*nothing to call/],
  [
    'an api of another type',
    json({ api: { type: 'website', url: 'https://a.test' } }),
    /"website", so there is nothing to call/,
  ],
  [
    'an address without its beginning',
    json({ api: { type: 'openapi', url: 'localhost:5003/openapi.yaml' } }),
    /Use "http:\/\/localhost:5003\/openapi\.yaml"/,
  ],
  [
    'a placeholder',
    json({ api: { type: 'openapi', url: 'PLUGIN_HOSTNAME/openapi.yaml' } }),
    /placeholder, "PLUGIN_HOSTNAME"/,
  ],
  [
    'a placeholder in braces',
    json({ api: { type: 'openapi', url: '{{PLUGIN_URL}}/openapi.json' } }),
    /placeholder, "\{\{PLUGIN_URL\}\}"/,
  ],
  [
    'a host to fill in',
    json({ api: { type: 'openapi', url: 'https://your-app-url.com/openapi.json' } }),
    /placeholder, "your-app-url\.com"/,
  ],
  [
    'a host to fill in, in Chinese',
    json({ api: { type: 'openapi', url: 'https://你的域名/openapi.json' } }),
    /placeholder/,
  ],
  [
    'an address of another kind',
    json({ api: { type: 'openapi', url: 'file:///etc/passwd' } }),
    /must start with https/,
  ],
  [
    'an API key',
    json({ auth: { type: 'api_key', in: 'header', name: 'x-key' } }),
    /"api_key".*none, service_http, user_http and oauth.*Authorization header only.*"bearer"/,
  ],
  ['an auth type that is a scheme', json({ auth: { type: 'basic' } }), /"basic".*"authorization_type": "basic"/],
  [
    'OAuth without its page',
    json({
      auth: {
        type: 'oauth',
        authorization_url: 'https://a.test/authorize',
        token_url: 'https://a.test/token',
        scopes: ['a'],
      },
    }),
    /has no client_url.*token_url is ignored/,
  ],
  [
    'OAuth whose token is at its page',
    json({
      auth: {
        type: 'oauth',
        client_url: 'https://a.test/a',
        authorization_url: 'https://a.test/a',
        token_url: 'https://a.test/t',
      },
    }),
    /same page.*token_url/,
  ],
  ['a manifest of over a megabyte', `{"a":"${'x'.repeat(2 ** 20)}"}`, /over 1 MB/],
] as [string, string, RegExp, number?][])
  test(`${what} is refused with the cause`, () => {
    const { message, at } = refusal(text)
    assert.match(message, sentence)
    assert.ok(message.length < 700 && !/[\p{Cc}\p{Cf}]/u.test(message), message)
    if (place !== undefined) assert.equal(at?.line, place)
    if (at) assert.ok(at.excerpt.length <= 120)
  })

test('a message never contains the bytes of a binary file', () => {
  const { message, at } = refusal(`PK\u0003\u0004 secret-bytes ${'\0'.repeat(50)}`)
  assert.ok(!message.includes('secret-bytes'))
  assert.equal(at, undefined)
})

for (const [what, text, pointer, part] of [
  ['a byte order mark', `\uFEFF${json()}`, '', {}],
  ['comments and commas too many', json().replace('{', '{ // ours\n').replace(/\}$/, ',}'), '', { name: 'shop' }],
  [
    'a store item around it',
    JSON.stringify({ id: 'plugin-1', domain: 'shop.test', manifest: plain }),
    '/manifest',
    { name: 'shop' },
  ],
  ['a name with blanks', json({ name_for_model: 'My Shop, best!' }), '/name_for_model', { name: 'My_Shop_best' }],
  ['a name in another script', json({ name_for_model: '商店' }), '/name_for_model', { name: 'Shop' }],
  [
    'name and description in place of those for the model',
    json({
      name_for_model: undefined,
      name_for_human: undefined,
      description_for_human: undefined,
      description_for_model: undefined,
      name: 'other shop',
      description: 'Sells.',
    }),
    '/name_for_model',
    { name: 'other_shop', title: 'other shop', descriptionForModel: 'Sells.' },
  ],
  [
    'characters that cannot be seen',
    json({ name_for_human: 'Sh\u200Bo\u202Ep', description_for_human: 'a\u2028b' }),
    '/name_for_human',
    { title: 'Shop', descriptionForHuman: 'a\nb' },
  ],
  [
    'a text that is too long',
    json({ description_for_human: 'x'.repeat(500) }),
    '/description_for_human',
    { descriptionForHuman: `${'x'.repeat(119)}…` },
  ],
  ['another version on the same body', json({ schema_version: 'v2' }), '/schema_version', { name: 'shop' }],
  [
    'a relative address',
    json({ api: { type: 'openapi', url: '/openapi.json' } }),
    '/api/url',
    { specUrl: 'https://shop.test/openapi.json' },
  ],
  [
    'an address without a slash',
    json({ api: { type: 'openapi', url: 'openapi.yaml' } }),
    '/api/url',
    { specUrl: 'https://shop.test/.well-known/openapi.yaml', otherSpecUrl: 'https://shop.test/openapi.yaml' },
  ],
  ['no type of the API', json({ api: { url: plain.api.url } }), '/api/type', { specUrl: plain.api.url }],
  [
    'a flag that is a text',
    json({ api: { ...plain.api, has_user_authentication: 'false' } }),
    '/api/has_user_authentication',
    {},
  ],
  [
    'no auth',
    JSON.stringify(withoutAuth),
    '/auth',
    { auth: { type: 'none', scheme: 'bearer', verificationTokens: {} } },
  ],
  [
    'auth none with a scheme',
    json({ auth: { type: 'none', authorization_type: 'bearer' } }),
    '/auth',
    { auth: { type: 'none', scheme: 'bearer', verificationTokens: {} } },
  ],
  [
    'odd capitals',
    json({ auth: { type: 'Service_HTTP', authorization_type: 'Bearer', verification_tokens: { openai: 'abc' } } }),
    '/auth/authorization_type',
    { auth: { type: 'service_http', scheme: 'bearer', verificationTokens: { openai: 'abc' } } },
  ],
  [
    'no scheme',
    json({ auth: { type: 'user_http' } }),
    '/auth/authorization_type',
    { auth: { type: 'user_http', scheme: 'bearer', verificationTokens: {} } },
  ],
  ['a picture that is no address', json({ logo_url: 'data:image/svg+xml,<svg/>' }), '/logo_url', {}],
  ['a mail address as legal page', json({ legal_info_url: 'hello@legal.test' }), '/legal_info_url', {}],
  ['a mail address that is none', json({ contact_email: 'help@@shop.test' }), '/contact_email', {}],
] as [string, string, string, object][])
  test(`${what}: read, with a repair`, () => {
    const { manifest, repairs } = readManifest(text, url)
    assert.ok(
      repairs.some((repair) => repair.pointer === pointer && repair.document === 'manifest'),
      JSON.stringify(repairs),
    )
    assert.deepEqual({ ...manifest, ...part }, manifest)
  })

test('an invalid logo, legal page or contact is left out', () => {
  const { manifest } = readManifest(json({ logo_url: '', legal_info_url: 'x@y.test', contact_email: 'no' }), url)
  assert.ok(!('logoUrl' in manifest || 'legalInfoUrl' in manifest || 'contactEmail' in manifest))
})

test('OAuth is read from the misleading names of a manifest, and a secret in it is not stored', () => {
  const { manifest, repairs } = readManifest(
    json({
      auth: {
        type: 'oauth',
        client_url: 'https://id.other.test/authorize',
        authorization_url: '/token',
        scope: '',
        authorization_content_type: 'application/json',
        token_exchange_method: 'basic_auth_header',
        client_secret: 'hush-hush',
        verification_tokens: { openai: 't' },
      },
    }),
    url,
  )
  assert.deepEqual(manifest.auth.oauth, {
    authorizationUrl: 'https://id.other.test/authorize',
    tokenUrl: 'https://shop.test/token',
    scope: '',
    contentType: 'application/json',
    clientAuthentication: 'basic',
  })
  assert.ok(!JSON.stringify({ manifest, repairs }).includes('hush-hush'))
  assert.ok(repairs.some(({ message }) => message.includes('secret')))
})

test('without a content type the token request is a form, as OAuth requires', () => {
  const { manifest } = readManifest(
    json({ auth: { type: 'oauth', client_url: 'https://shop.test/a', authorization_url: 'https://shop.test/t' } }),
    url,
  )
  assert.equal(manifest.auth.oauth?.contentType, 'application/x-www-form-urlencoded')
})

test('PLUGIN_HOSTNAME is replaced only for a manifest on this machine', () => {
  const text = json({ api: { type: 'openapi', url: 'http://PLUGIN_HOSTNAME/openapi.yaml' } })
  const local = readManifest(text, 'http://localhost:3333/.well-known/ai-plugin.json')
  assert.equal(local.manifest.specUrl, 'http://localhost:3333/openapi.yaml')
  assert.match(refusal(text).message, /placeholder/)
})

test('a host that looks like a placeholder is accepted if the manifest is on it', () => {
  const own = 'https://your-shop.test/.well-known/ai-plugin.json'
  const { manifest } = readManifest(json({ api: { type: 'openapi', url: 'https://your-shop.test/o.json' } }), own)
  assert.equal(manifest.specUrl, 'https://your-shop.test/o.json')
})

test('two plugins with names in other scripts get different names', () => {
  const name = (model: string): string =>
    readManifest(json({ name_for_model: model, name_for_human: model }), url).manifest.name
  assert.notEqual(name('商店'), name('書店'))
  assert.match(name('商店'), /^[A-Za-z0-9_]{1,50}$/)
})

test('a manifest and a spec are told apart by their start', () => {
  assert.equal(documentKind(json()), 'manifest')
  assert.equal(documentKind('{"openapi":"3.1.0","paths":{}}'), 'spec')
  assert.equal(documentKind('# ours\nopenapi: 3.1.0\npaths: {}'), 'spec')
  assert.equal(documentKind('{"name_for_model": "x", "api": {},}'), 'manifest')
  assert.equal(documentKind('<html></html>'), 'other')
})
