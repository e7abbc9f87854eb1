import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PluginDetail } from '../../src/wire.ts'
import type { Browser } from '../fixture.ts'
import {
  type ActingHost,
  begin,
  callByHand,
  callsIn,
  decide,
  lastCall,
  noticesIn,
  type Protocol,
  registerShop,
  type ServedShop,
  serveActingHost,
} from './acting-host.ts'

let served: ActingHost
let shop: ServedShop
let ada: Browser
const plugins = new Map<Protocol, PluginDetail>()
before(async () => {
  served = await serveActingHost()
  shop = served.shop
  ada = await served.instances[0].userBrowser('ada')
  for (const protocol of ['HTTP', 'MCP'] as const) plugins.set(protocol, await registerShop(ada, shop, protocol))
})
after(() => served.close())

const idOf = (protocol: Protocol): string => plugins.get(protocol)?.id as string
const count = async (): Promise<number> => (await shop.purchases()).length

for (const protocol of ['HTTP', 'MCP'] as const) {
  test(`${protocol}: the plugin asks with its own figures, and the call is made once after yes`, async () => {
    const id = await begin(ada, [])
    const bought = await count()
    await callByHand(ada, id, idOf(protocol), 'buyAfterQuestion', { item: 'bread' })
    const waiting = await lastCall(ada, id)
    assert.deepEqual(
      [waiting.state, waiting.ask?.question, waiting.ask?.facts],
      ['waiting', 'Buy bread for 3.50 EUR?', [{ label: 'In stock', value: '100' }]],
    )
    assert.equal(waiting.ask?.canRemember, false)
    assert.equal(await count(), bought)
    await decide(ada, id, waiting)
    const done = await lastCall(ada, id)
    assert.deepEqual([done.state, done.response?.status, await count()], ['done', 200, bought + 1])
    assert.equal(done.answered?.[0]?.decision, 'confirmed')
  })

  test(`${protocol}: a call that the user declines is not made`, async () => {
    const id = await begin(ada, [])
    const bought = await count()
    await callByHand(ada, id, idOf(protocol), 'buyAfterQuestion', { item: 'bread' })
    await decide(ada, id, await lastCall(ada, id), 'refuse')
    const { state, result, answered, ask } = await lastCall(ada, id)
    assert.deepEqual([state, answered?.[0]?.decision, ask, await count()], ['refused', 'declined', undefined, bought])
    assert.match(result ?? '', /refused this call. Nothing was done/)
  })

  test(`${protocol}: a price that changes while the user thinks is asked again, with the new one`, async () => {
    const id = await begin(ada, [])
    const bought = await count()
    await callByHand(ada, id, idOf(protocol), 'buyAfterQuestion', { item: 'bread' })
    await shop.setPrice(420)
    await decide(ada, id, await lastCall(ada, id))
    await shop.setPrice(350)
    const waiting = await lastCall(ada, id)
    assert.deepEqual([waiting.state, waiting.ask?.question], ['waiting', 'Buy bread for 4.20 EUR?'])
    assert.equal(
      waiting.ask?.again,
      'This has changed since you confirmed "Buy bread for 3.50 EUR?". Nothing was done.',
    )
    assert.equal(await count(), bought)
    await shop.setPrice(420)
    await decide(ada, id, waiting)
    await shop.setPrice(350)
    assert.deepEqual(JSON.parse((await lastCall(ada, id)).response?.body ?? '').cents, 420)
    assert.equal(await count(), bought + 1)
    assert.deepEqual(
      (await lastCall(ada, id)).answered?.map(({ question }) => question),
      ['Buy bread for 3.50 EUR?', 'Buy bread for 4.20 EUR?'],
    )
  })

  test(`${protocol}: a question that is answered too late is asked again`, async () => {
    const id = await begin(ada, [])
    const bought = await count()
    await callByHand(ada, id, idOf(protocol), 'buyAfterQuestion', { item: 'bread' })
    const call = await lastCall(ada, id)
    const late = JSON.stringify({ ...call.ask, expiresAt: new Date(0).toISOString() })
    await served.instances[0].host.database.run`UPDATE call SET ask = ${late} WHERE id = ${call.id}`
    await shop.setPrice(420)
    const events = await decide(ada, id, call)
    assert.match(noticesIn(events).join(), /The confirmation has expired: check the call again/)
    const again = await lastCall(ada, id)
    await shop.setPrice(350)
    assert.deepEqual([again.state, again.ask?.question, await count()], ['waiting', 'Buy bread for 4.20 EUR?', bought])
  })

  test(`${protocol}: what the plugin refuses before it asks is the answer`, async () => {
    const id = await begin(ada, [])
    await callByHand(ada, id, idOf(protocol), 'buyAfterQuestion', { item: 'gold' })
    const { state, result } = await lastCall(ada, id)
    assert.equal(state, 'done')
    assert.match(result ?? '', /The shop has no gold/)
    assert.equal((await callsIn(ada, id)).length, 1)
  })

  test(`${protocol}: a confirmation that the plugin no longer accepts is asked again`, async () => {
    const id = await begin(ada, [])
    const bought = await count()
    await callByHand(ada, id, idOf(protocol), 'buyAfterQuestion', { item: 'bread' })
    const call = await lastCall(ada, id)
    const { database } = served.instances[0].host
    const { token = '' } = (await database.get<{ token: string }>`
      SELECT token FROM confirmation WHERE call = ${call.id}`) ?? { token: '' }
    // Signed for nothing that the plugin knows.
    const spoiled = token.replace(/\.[^."]{10}/, '.0000000000')
    assert.notEqual(spoiled, token)
    await database.run`UPDATE confirmation SET token = ${spoiled} WHERE call = ${call.id}`
    await decide(ada, id, call)
    const again = await lastCall(ada, id)
    assert.equal(again.ask?.again, 'Your confirmation came too late. Nothing was done.')
    assert.deepEqual([again.state, again.ask?.question, await count()], ['waiting', 'Buy bread for 3.50 EUR?', bought])
    await decide(ada, id, again)
    assert.equal(await count(), bought + 1)
  })
}
