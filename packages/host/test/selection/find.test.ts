import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PluginDocument } from '@reference-plugins/reader'
import type { Call, Conversation, TurnEvent } from '../../src/wire.ts'
import { serveHost } from '../fixture.ts'
import { serveModel } from '../models/openai-double.ts'

const document = (name: string, purpose: string): PluginDocument => ({
  source: 'manifest',
  name,
  title: name,
  descriptionForModel: purpose,
  descriptionForHuman: purpose,
  auth: { type: 'none', scheme: 'bearer', verificationTokens: {} },
  server: 'http://127.0.0.1:9',
  operations: [
    {
      name: 'read',
      title: 'Read',
      description: purpose,
      input: { type: 'object', properties: {} },
      isConsequential: undefined,
      isReading: true,
      target: { kind: 'http', method: 'GET', path: '/', query: [], fields: [] },
    },
  ],
})

test('a model finds a missing tool by other words than the user said', async (t) => {
  const model = await serveModel((_, index) =>
    index === 0
      ? { calls: [{ name: 'find_plugins', arguments: { query: 'currency exchange rate converter' } }] }
      : { text: 'Found.' },
  )
  const served = await serveHost({
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' },
  })
  t.after(async () => {
    await served.close()
    model.close()
  })
  const { plugins, database } = served.host
  const all = [
    ...Array.from({ length: 60 }, (_, index) => document(`thing${index}`, `Knows everything about subject ${index}`)),
    document('exchange', 'Converts a currency at the rate of today'),
  ]
  for (const [index, one] of all.entries()) {
    await plugins.add(
      `p${index}`,
      'only',
      { address: 'a', document: one, texts: {}, repairs: [] },
      { clientId: undefined, verificationToken: 'x' },
    )
  }
  await database.run`INSERT INTO activation (user_id, plugin, at, state) SELECT owner, id, '', 'active' FROM plugin`
  const browser = served.browser()
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', {
    plugins: all.map((_, index) => `p${index}`),
  })
  const events = await browser.events<TurnEvent>(`/api/conversations/${id}/messages`, {
    text: 'Hallo!',
  })
  const names = (call: number) => model.calls[call]?.body.tools?.map(({ function: { name } }) => name) ?? []
  assert.ok(names(0).includes('find_plugins') && !names(0).includes('exchange__read'))
  const call = events.flatMap((event): Call[] => (event.type === 'call' ? [event.call] : []))[0]
  assert.match(call?.result ?? '', /- exchange: Converts a currency/)
  assert.ok(names(1).includes('exchange__read'), names(1).join())
})
