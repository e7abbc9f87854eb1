import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { perform } from '../../src/command/replay-files.ts'
import { readFile } from '../../src/replay/conversation-file.ts'
import { replay } from '../../src/replay/replay.ts'
import type { Conversation, PluginDetail } from '../../src/wire.ts'
import type { Browser } from '../fixture.ts'
import { type ActingHost, begin, callsIn, decide, lastCall, registerShop, say, serveActingHost } from './acting-host.ts'

let served: ActingHost
let ada: Browser
let user: string
let plugin: PluginDetail
/** A conversation in which a purchase was confirmed after its price had changed, and a return was declined. */
let file: string
before(async () => {
  served = await serveActingHost()
  ada = await served.instances[0].userBrowser('ada')
  user = (await ada.get<{ user: { id: string } }>('/api/session')).user.id
  plugin = await registerShop(ada, served.shop, 'HTTP')
  served.script = ({ body }) =>
    body.messages.at(-1)?.role === 'tool'
      ? { text: 'That is what happened.' }
      : String(body.messages.at(-1)?.content).startsWith('Buy')
        ? { text: 'I ask you first.', calls: [{ name: 'bakery__buyAfterQuestion', arguments: { item: 'bread' } }] }
        : { calls: [{ name: 'bakery__returnPurchase', arguments: {} }] }
  const id = await begin(ada, [plugin.id])
  await say(ada, id, 'Buy a bread.')
  await served.shop.setPrice(420)
  await decide(ada, id, await lastCall(ada, id))
  await decide(ada, id, await lastCall(ada, id))
  await served.shop.setPrice(350)
  await say(ada, id, 'Return it. No, wait.')
  await decide(ada, id, await lastCall(ada, id), 'refuse')
  file = await (await ada.raw('GET', `/api/conversations/${id}/file`)).text()
})
after(() => served.close())

const replayed = (text: string) =>
  replay(readFile(text), async (call) =>
    perform(
      { host: served.instances[0].host, user },
      await served.instances[0].host.plugins.visible(user, plugin.id),
      call,
    ),
  )

test('a saved conversation shows what was asked, and what the user decided', () => {
  const questions = [
    'Asked: Buy bread for 3.50 EUR?\n\n- In stock: 100\n\nConfirmed\n\nAsked: Buy bread for 4.20 EUR?\n\n- In stock: 100\n\nConfirmed\n\nAnswer 200\n',
    'Asked: Return everything?\n\nDeclined\n\n## Assistant\n',
  ]
  for (const text of questions) assert.ok(file.includes(text), file)
  const { entries } = readFile(file)
  assert.deepEqual(
    entries.map((entry) => (entry.kind === 'call' ? entry.answered?.map(({ decision }) => decision) : entry.text)),
    [
      'Buy a bread.',
      'I ask you first.',
      ['confirmed', 'confirmed'],
      'That is what happened.',
      'Return it. No, wait.',
      ['declined'],
      'That is what happened.',
    ],
  )
  const [call] = entries.flatMap((entry) => (entry.kind === 'call' ? [entry] : []))
  assert.deepEqual(call?.answered?.[1], {
    question: 'Buy bread for 4.20 EUR?',
    facts: [{ label: 'In stock', value: '100' }],
    decision: 'confirmed',
  })
})

/** The same with the second question of the purchase left out, as when the price stays. */
const withOneQuestion = () => file.replace(/Confirmed\n\nAsked: Buy bread for 4.20 EUR\?\n\n- In stock: 100\n\n/, '')

test('a replay confirms what was confirmed, and declines what was declined', async () => {
  const bought = (await served.shop.purchases()).length
  const results = await replayed(withOneQuestion())
  assert.deepEqual(
    results.map(({ faults }) => faults),
    [[], []],
  )
  assert.equal((await served.shop.purchases()).length, bought + 1)
})

test('a replay reports a question more or less, and other facts', async () => {
  const faultsOf = async (text: string) => (await replayed(text)).flatMap(({ faults }) => faults)
  assert.match((await faultsOf(file)).join(), /the plugin asks once instead of 2 times/)
  const unasked = withOneQuestion().replace(/Asked: Buy.*?Confirmed\n\n/s, '')
  assert.match((await faultsOf(unasked)).join(), /the plugin asks once instead of 0 times/)
  const other = withOneQuestion().replace('- In stock: 100', '- Delivery: tomorrow')
  assert.match((await faultsOf(other)).join(), /the question has the facts In stock instead of Delivery/)
})

test('an example waits for the decisions of the user, and goes on after one that was declined then', async () => {
  const { id } = await ada.send<Conversation>('POST', '/api/examples', { text: withOneQuestion() })
  await ada.events(`/api/conversations/${id}/play`)
  assert.equal((await lastCall(ada, id)).ask?.question, 'Buy bread for 3.50 EUR?')
  await decide(ada, id, await lastCall(ada, id))
  assert.equal((await lastCall(ada, id)).ask?.question, 'Return everything?')
  await decide(ada, id, await lastCall(ada, id), 'refuse')
  const { recorded } = await ada.get<Conversation>(`/api/conversations/${id}`)
  assert.deepEqual([recorded?.played, recorded?.entries], [7, 7])
  assert.deepEqual(
    (await callsIn(ada, id)).map((call) => call.recorded?.differences),
    [[], []],
  )
})

test('an example says where the user decides otherwise than then', async () => {
  const { id } = await ada.send<Conversation>('POST', '/api/examples', { text: withOneQuestion() })
  await ada.events(`/api/conversations/${id}/play`)
  await decide(ada, id, await lastCall(ada, id))
  await decide(ada, id, await lastCall(ada, id))
  assert.match((await lastCall(ada, id)).recorded?.differences?.join() ?? '', /confirmed instead of declined/)
})
