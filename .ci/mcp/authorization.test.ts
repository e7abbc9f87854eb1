import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { walkToCallback } from '../../packages/contract/src/index.ts'
import { freePort, workspacePlugins } from '../../packages/testing/src/processes/index.ts'
import { run } from './command.ts'

// Runs the suite's scenarios for authorization servers against the one of notes. The suite prints a URL for a person to
// open; the test fills in the pages as that person would.
const plugins = await workspacePlugins(new URL('../../', import.meta.url).pathname, ['notes'])
after(() => Promise.all(plugins.map(({ end }) => end())))
const [notes] = plugins
assert.ok(notes?.oauth?.signIn)
const { signIn } = notes.oauth
const publicUrl = notes.url.replace('127.0.0.1', 'localhost')

test('notes passes the suite for authorization servers', async () => {
  const port = await freePort()
  const callback = `http://127.0.0.1:${port}/callback`
  let walked: Promise<Response> | undefined
  const words = [
    'authorization',
    '--url',
    `${publicUrl}/oauth`,
    '--client-id',
    'development-public',
    '--port',
    String(port),
  ]
  const { code, output } = await run('conformance 2026', [...words, '--resource', `${publicUrl}/mcp`], (written) => {
    const address = /^http\S+\/oauth\/authorize\?\S+$/m.exec(written)?.[0]
    if (address) walked ??= walkToCallback(address, callback, signIn).then((url) => fetch(url))
  })
  assert.equal((await walked)?.ok, true, output)
  assert.equal(code, 0, output)
  for (const scenario of ['authorization-server-metadata-endpoint', 'authorization-code-grant'])
    assert.match(output, new RegExp(`✓ ${scenario}: [1-9]\\d* passed, 0 failed`), output)
})
