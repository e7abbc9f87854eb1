import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { protectionTests } from '@reference-plugins/testing'
import { type ServedPlugin, servePlugin } from '@reference-plugins/testing/serve-plugin'
import { createNotesPlugin } from '../src/plugin.ts'

let served: ServedPlugin
before(async () => {
  served = await servePlugin(createNotesPlugin)
})
after(() => served.close())

protectionTests(() => ({ ...served, token: served.token ?? '' }))

test('operations that read need the scope for reading, and operations that write the one for writing', () => {
  const { auth, operations } = served.plugin
  const [read, write] = Object.keys(auth.scopes)
  for (const { id, method, scope } of operations) assert.equal(scope, method === 'GET' ? read : write, id)
})

test('the manifest says where users sign in', async () => {
  const { body } = await served.anonymous.get('/.well-known/ai-plugin.json').expect(200)
  assert.equal(body.auth.type, 'oauth')
  assert.match(body.auth.client_url, /\/oauth\/authorize$/)
})
