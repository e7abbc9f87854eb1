import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { type Killed, killTests, runKills } from '../../src/faults/index.ts'
import { World } from './services.ts'

const world = new World()
const server = createServer(async (request, response) => {
  const name = request.url?.slice(1) as 'charge'
  const values = JSON.parse((await request.setEncoding('utf8').toArray()).join('')) as Parameters<World['charge']>
  const result = (await world[name](...values)) ?? null
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }))
})
await once(server.listen(0, '127.0.0.1'), 'listening')
after(() => {
  server.closeAllConnections()
  server.close()
})

interface Sent {
  flowers: { id: string; cents: number; parcel: string }[]
  gifts: string[]
}

const killed = {
  folder: new URL('./plugin/', import.meta.url),
  environment: {
    SERVICES_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    TOKEN: 'token-of-ada',
  },
  token: 'token-of-ada',
  steps: {
    flowers: {
      operation: 'sendFlowers',
      prepare: () => ({ path: '/flowers', body: { to: 'a friend', cents: 350 } }),
      async check(client, { key, answer }) {
        const { flowers } = await client.get<Sent>('/sent')
        const known = flowers.filter(({ id }) => id === key)
        const parcels = world.parcels.filter((one) => one.key === key).map(({ parcel }) => parcel)
        assert.deepEqual(
          known.map(({ parcel }) => parcel),
          parcels,
        )
        assert.equal(world.charges.has(key) ? 1 : 0, parcels.length)
        if (answer) assert.deepEqual(known, [answer])
      },
    },
    gift: {
      operation: 'giveGift',
      prepare: async (client) => {
        const { gifts } = await client.get<Sent>('/sent')
        return { path: '/gifts', body: { to: 'a friend' }, before: gifts.length }
      },
      async check(client, { request, point, answer }) {
        const { gifts } = await client.get<Sent>('/sent')
        const { before } = request as typeof request & { before: number }
        // COMMIT comes between the last statement and the end of the operation, so both sides of it are points.
        const isCommitted = answer !== undefined || point === 'after giveGift'
        assert.equal(gifts.length - before, isCommitted ? 1 : 0)
      },
    },
  },
} satisfies Killed

killTests(killed)

test('kills find a handler that does not look for what it has done', async () => {
  const wrong = { ...killed, environment: { ...killed.environment, DEFECT: 'no look-up' } }
  await assert.rejects(
    runKills(wrong, killed.steps.flowers, (point) => point === 'after POST /send'),
    /after POST \/send: .*parcel-/s,
  )
})
