import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { EnvironmentError, readEnvironment } from '../src/index.ts'

const folder = pathToFileURL(`${temporaryFolder()}/`)
const read = (variables: NodeJS.ProcessEnv) => readEnvironment(variables, { port: 3333, folder })
const isTold = (reason: RegExp) => (error: Error) => {
  assert.ok(error instanceof EnvironmentError)
  assert.match(error.message, reason)
  assert.doesNotMatch(error.message, /\n/)
  return true
}

test('a plugin that is served to others by https is not started in development mode unasked', () => {
  for (const url of [
    'https://notes.example',
    'https://notes.example:8443',
    'https://203.0.113.9',
    'https://[2001:db8::1]',
  ])
    for (const unset of [{}, { NODE_ENV: '' }])
      assert.throws(() => read({ PUBLIC_URL: url, ...unset }), isTold(/set NODE_ENV=production/))
})

test('it starts where NODE_ENV is set, on this machine, and in the own network', () => {
  for (const NODE_ENV of ['production', 'development', 'test'])
    assert.equal(read({ PUBLIC_URL: 'https://notes.example', NODE_ENV }).NODE_ENV, NODE_ENV)
  for (const url of [
    'http://localhost:3333',
    'https://localhost:8443',
    'https://127.0.0.1',
    'http://192.168.1.20:3333',
  ])
    assert.equal(read({ PUBLIC_URL: url }).NODE_ENV, 'development')
  assert.equal(read({}).NODE_ENV, 'development')
})

test('the folder of the data is for its owner alone, also where it was made for everyone', () => {
  const folder = temporaryFolder()
  const data = join(folder, '.data')
  const variables = { port: 3333, folder: pathToFileURL(`${folder}/`) }
  readEnvironment({}, variables)
  assert.equal(statSync(data).mode & 0o777, 0o700)
  chmodSync(data, 0o755)
  readEnvironment({}, variables)
  assert.equal(statSync(data).mode & 0o777, 0o700)
  const other = temporaryFolder()
  mkdirSync(join(other, '.data'), { mode: 0o777 })
  readEnvironment({ DATABASE_URL: `file:${join(other, '.data', 'a.sqlite')}` }, variables)
  assert.notEqual(statSync(join(other, '.data')).mode & 0o777, 0o700)
})

test('CORS_ORIGINS takes the origins of pages, desktop programs and extensions', () => {
  const origins = [
    'https://chat.example.com',
    'http://localhost:3000',
    'vscode-file://vscode-app',
    'app://obsidian.md',
    'tauri://localhost',
    'capacitor://localhost',
    'chrome-extension://abcdefghijklmnop',
    'moz-extension://0f7e0ac4-8c3d-4a0e-9f4f-1f7a6a1b2c3d',
  ]
  assert.deepEqual(read({ CORS_ORIGINS: origins.join(', ') }).CORS_ORIGINS, origins)
  // An Origin header never has a slash at its end.
  assert.deepEqual(read({ CORS_ORIGINS: 'https://a.example/' }).CORS_ORIGINS, ['https://a.example'])
})

test('what CORS_ORIGINS cannot take is refused with what can be done', () => {
  assert.throws(() => read({ CORS_ORIGINS: 'null' }), isTold(/null, the origin of every file.*serve the page by http/))
  for (const [value, meant] of [
    ['https://chat.example.com/path', 'https://chat.example.com'],
    ['https://CHAT.example.com', 'https://chat.example.com'],
    ['https://chat.example.com:443', 'https://chat.example.com'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['chat.example.com', 'https://chat.example.com'],
    ['*', 'https://todo.example.com'],
    ['file://', 'https://todo.example.com'],
    ['vscode-file://vscode-app/page', 'https://todo.example.com'],
  ] as const)
    for (const name of value.endsWith('/path') ? ['CORS_ORIGINS'] : ['CORS_ORIGINS', 'PUBLIC_URL'])
      assert.throws(
        () => read({ [name]: value, NODE_ENV: 'production' }),
        (error: Error) => {
          assert.match(error.message, name === 'PUBLIC_URL' ? /must be an http or https URL/ : /must be an origin/)
          assert.ok(error.message.endsWith(`such as ${meant}`), error.message)
          return true
        },
      )
})

test('PUBLIC_URL may have a path of plain segments, which none of core is', () => {
  const at = (url: string) => read({ PUBLIC_URL: url, NODE_ENV: 'production' }).PUBLIC_URL
  for (const url of ['https://example.com/todo', 'https://example.com/apps/v1.2/To_do~-', 'http://localhost:3333/todo'])
    for (const written of [url, `${url}/`]) assert.equal(at(written), url)
  for (const rest of ['?a=1', '#top', '/todo?a=1', '//', '/../todo', '/./todo'])
    assert.throws(() => at(`https://example.com${rest}`), isTold(/^PUBLIC_URL must (be an http|have a path)/))
  for (const path of ['/a%20b', '/a//b', '/todo//', '/ä', '/a;b', '/a:b'])
    assert.throws(
      () => at(`https://example.com${path}`),
      isTold(/^PUBLIC_URL must (be an http|have a path of letters)/),
    )
  for (const path of ['/mcp', '/mcp/todo', '/oauth', '/.well-known/x', '/docs', '/openapi.json'])
    assert.throws(() => at(`https://example.com${path}`), isTold(/^PUBLIC_URL must not have a path that begins with/))
  assert.equal(at('https://example.com/mcps'), 'https://example.com/mcps')
})

test('PAGE is on unless it is off', () => {
  assert.equal(read({}).PAGE, 'on')
  assert.equal(read({ PAGE: 'on' }).PAGE, 'on')
  assert.equal(read({ PAGE: 'off' }).PAGE, 'off')
  for (const PAGE of ['false', 'OFF', '0', 'none'])
    assert.throws(() => read({ PAGE }), isTold(/^PAGE must be on or off$/))
})
