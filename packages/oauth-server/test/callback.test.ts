import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { callbackFault, isSameCallback } from '../src/callback.ts'

// Each as its client sends it when it registers itself.
const real = [
  ...['cursor://anysphere.cursor-mcp/oauth/callback', 'https://www.cursor.com/agents/mcp/oauth/callback'],
  ...['http://127.0.0.1:33418', 'http://127.0.0.1/', 'https://vscode.dev/redirect', 'vscode://dynamicauth/redirect'],
  ...[
    'https://claude.ai/api/mcp/auth_callback',
    'https://claude.com/api/mcp/auth_callback',
    'http://localhost/callback',
  ],
  ...['https://chatgpt.com/connector_platform_oauth_redirect', 'https://chatgpt.com/connector/oauth/a-b_1'],
  ...[
    'https://n8n.example.com/rest/oauth2-credential/callback',
    'http://localhost:5678/rest/oauth2-credential/callback',
  ],
  ...['http://localhost:3334/oauth/callback', 'http://127.0.0.1:6274/oauth/callback/debug', 'http://[::1]:8080/cb'],
  ...[
    'com.example.app:/oauth2redirect',
    'com.raycast:/oauth?package_name=Extension',
    'goose://callback',
    'https://a.example?x=1',
  ],
]

test('the callbacks of real clients are taken', () => {
  for (const uri of real) assert.equal(callbackFault(uri), undefined, uri)
})

test('a callback that runs in a browser, hides its host or is no URL is refused with words', () => {
  for (const uri of [
    ...[
      'javascript:alert(1)',
      'JavaScript://x/%0aalert(1)',
      'data:text/html,x',
      'vbscript:x',
      'blob:https://a.example/x',
    ],
    ...['file:///etc/passwd', 'about:blank', 'view-source:https://a.example', 'ftp://a.example/', 'ws://a.example/'],
    ...[
      'https:evil.example',
      'https:/evil.example',
      'https:///evil.example',
      'https://:p@evil.example',
      'https://u@a.example',
    ],
    ...['https://\\evil.example', 'https://a.example\\@evil.example', 'https://a.example/#x', 'https://a.example/#'],
    ...[
      'https://a.example/\u0000',
      'https://a.example/ x',
      ' https://a.example',
      'https://a.example\n',
      'https://ä.example/',
    ],
    ...['http://a.example/', 'http://localhost.evil.example/', 'http://127.0.0.1@evil.example', 'http://192.168.0.1/'],
    ...['http:localhost', 'http://0x7f.1/', 'http://127.1/', 'http://localhost:99999/', 'https://*.example.com/', '*'],
    ...[
      'https://localhost/x',
      'https://127.0.0.1/x',
      'cursor:callback',
      'x://u:p@a/b',
      '//a.example/',
      '/callback',
      '',
    ],
    ...['https://', `https://a.example/${'x'.repeat(2_000)}`],
  ])
    assert.ok(callbackFault(uri), uri)
})

test('whatever is taken is a URL with a host or a private scheme, and without a user', () => {
  const uri = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .tuple(
        fc.constantFrom('https:', 'http:', 'cursor:', 'javascript:', 'HTTPS:', 'data:', 'x-y.z:'),
        fc.constantFrom('', '/', '//', '///', '//u@', '//:@', '/\\', '//['),
        fc.constantFrom('a.example', 'localhost', '127.0.0.1', '[::1]', 'localhost:1', ''),
        fc.string({ unit: 'binary', maxLength: 6 }),
      )
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(uri, (one) => {
      if (callbackFault(one) !== undefined) return
      const { protocol, username, password, hostname, hash, host } = new URL(one)
      assert.ok(!['javascript:', 'data:', 'file:'].includes(protocol))
      assert.equal(username + password + hash, '')
      assert.match(one, /^[\x21-\x7E]+$/)
      if (protocol === 'https:') assert.ok(one.slice(8).toLowerCase().startsWith(host.replace(/:\d+$/, '')))
      if (protocol === 'http:') assert.match(hostname, /^(localhost|127\.0\.0\.1|\[::1\])$/)
    }),
    { numRuns: 2_000 },
  )
})

test('only the port of a loopback address may differ, and that of localhost if it was registered without one', () => {
  const port = fc.integer({ min: 1, max: 65_535 })
  const path = fc.constantFrom('', '/', '/callback', '/oauth/callback?x=1')
  fc.assert(
    fc.property(
      fc.constantFrom('127.0.0.1', '[::1]', 'localhost'),
      port,
      port,
      path,
      path,
      (host, one, other, a, b) => {
        const [registered, asked] = [`http://${host}:${one}${a}`, `http://${host}:${other}${a}`]
        assert.equal(isSameCallback(registered, asked), host !== 'localhost' || one === other)
        assert.ok(isSameCallback(`http://${host}${a}`, asked))
        assert.equal(isSameCallback(registered, `http://${host}:${one}${b}`), a === b)
        assert.ok(!isSameCallback(registered, asked.replace('http:', 'https:')))
        assert.ok(!isSameCallback(`https://a.example:${one}/`, `https://a.example:${other}/`) || one === other)
      },
    ),
  )
  for (const asked of ['http://127.0.0.1:1@evil.example/', 'http://127.0.0.1.evil.example/', 'http://127.0.0.1:99999/'])
    assert.ok(!isSameCallback('http://127.0.0.1/', asked), asked)
})
