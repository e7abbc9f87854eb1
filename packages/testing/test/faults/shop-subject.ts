import assert from 'node:assert/strict'
import type { Subject } from '../../src/faults/index.ts'
import { World } from './services.ts'
import { type Defect, openShop } from './shop.ts'

export type { Defect } from './shop.ts'

interface Sent {
  flowers: { id: string; cents: number; parcel: string }[]
  gifts: string[]
}

/** The shop, with one mistake of its author or with none. */
export function shopSubject(defect?: Defect): Subject<World> {
  return {
    createOutside: () => new World(),
    async open(url, world, watch) {
      return (await openShop(url, { services: watch(world), price: () => world.cents, defect })).plugin
    },
    steps: {
      flowers: {
        operation: 'sendFlowers',
        input: ({ outside }, choice) => ({ to: `friend ${choice}`, cents: outside.cents }),
      },
      gift: { operation: 'giveGift', input: (_, choice) => ({ to: `friend ${choice}` }) },
    },
    events: {
      'the price changes': ({ outside }, choice) => {
        outside.cents = 300 + choice
      },
      'the courier closes or opens': ({ outside }, choice) => {
        outside.isClosed = choice % 2 === 1
      },
    },
    async check(scene) {
      const { id, outside, calls } = scene
      const { flowers, gifts } = await scene.read<Sent>('listSent', {})
      const charged = [...outside.charges].filter(([, { owner, isRefunded }]) => owner === id && !isRefunded)
      const parcels = outside.parcels.filter(({ owner }) => owner === id)

      // Each purchase has its payment and its parcel, and the other way round.
      const byId = (a: string[], b: string[]) => ((a[0] as string) < (b[0] as string) ? -1 : 1)
      const known = flowers.map(({ id, cents, parcel }) => [id, `${cents}`, `${parcel}`]).sort(byId)
      const held = parcels.map(({ key, parcel }) => [key, `${outside.charges.get(key)?.cents}`, parcel]).sort(byId)
      assert.deepEqual(known, held, 'what the plugin knows is what the courier has')
      assert.equal(charged.length, parcels.length, 'there is one payment for each parcel')

      for (const { answer } of scene.done('flowers'))
        assert.deepEqual(
          flowers.find((one) => one.id === answer?.id),
          answer && { id: answer.id, cents: answer.cents, parcel: answer.parcel },
        )
      for (const { answer } of scene.done('gift')) assert.ok(gifts.includes(String(answer?.id)), 'the gift is there')
      for (const [step, found] of [
        ['flowers', flowers.length],
        ['gift', gifts.length],
      ] as const) {
        const least = scene.done(step).length
        const perhaps = calls.filter((call) => call.step === step && call.state === 'unknown').length
        assert.ok(found >= least && found <= least + perhaps, `${found} of ${step}: ${least} done, ${perhaps} unknown`)
      }
    },
  }
}
