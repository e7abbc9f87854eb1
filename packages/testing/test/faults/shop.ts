import {
  actionMigrations,
  type Confirmation,
  definePlugin,
  type Plugin,
  text,
  userOperation,
  userToken,
} from '@reference-plugins/core'
import { type Database, openDatabase } from '@reference-plugins/store'
import { z } from 'zod'
import type { Services } from './services.ts'

const migrations = {
  ...actionMigrations,
  shop: `
    CREATE TABLE purchase (id TEXT PRIMARY KEY, owner TEXT NOT NULL, cents INTEGER NOT NULL, parcel TEXT NOT NULL);
    CREATE TABLE gift (owner TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (owner, id));
    CREATE TABLE stock (item TEXT PRIMARY KEY, count INTEGER NOT NULL);
    INSERT INTO stock VALUES ('gift', 1000000)`,
}

interface Flowers {
  id: string
  cents: number
  parcel: string
}

/** What an author may get wrong. */
export type Defect =
  /** A try that comes after another does not look for what that has done. */
  | 'no look-up'
  /** The bank gets another key each time. */
  | 'another key'
  /** The money is kept when the courier takes no parcel. */
  | 'no refund'
  /** The stock and the gift are written in two transactions. */
  | 'two transactions'

export interface ShopOptions {
  services: Services
  price: () => Promise<number> | number
  /** Whose token this is, by its digest. */
  find?: (digest: string) => Promise<{ id: string } | undefined>
  defect?: Defect | undefined
}

/** A shop that charges by a bank and sends by a courier, and gives gifts away without either. */
export async function openShop(url: string, options: ShopOptions): Promise<{ plugin: Plugin; database: Database }> {
  const { services, price, find = async () => undefined, defect } = options
  const database = await openDatabase(url, migrations)
  const act = { destructive: false, idempotent: false } as const
  const plugin = definePlugin({
    name: 'gifts',
    title: 'Gifts',
    descriptionForHuman: 'Send flowers and gifts.',
    descriptionForModel: 'Sends flowers and gifts. Ask before you send.',
    conversationStarters: ['Send flowers.'],
    contactEmail: 'gifts@example.com',
    folder: new URL('../../../core/test/fixture/', import.meta.url),
    auth: userToken({ find }),
    database,
    needs: [database],
    operations: {
      sendFlowers: userOperation('POST /flowers', {
        ...act,
        openWorld: true,
        once: 'resume',
        summary: 'Buy flowers and send them',
        input: z.object({
          to: text(40).describe('To whom'),
          cents: z.int().min(0).optional().describe('The price that the user has agreed to'),
        }),
        output: z.object({ id: z.string(), parcel: z.string(), cents: z.int() }),
        errors: { 409: 'the price has changed, or the courier takes no parcels' },
        async confirm({ to }): Promise<Confirmation> {
          const cents = await price()
          return { question: `Send flowers to ${to} for ${(cents / 100).toFixed(2)} EUR?`, bound: { cents } }
        },
        unasked: ['cents'],
        async handler({ cents: agreed }, { caller, key, isAgain, fail }) {
          const refuse = () =>
            fail(409, 'The courier takes no parcels now, and nothing was charged: try again tomorrow')
          const cents = agreed ?? (await price())
          const charge = defect === 'another key' ? crypto.randomUUID() : key
          const { isRefunded } = await services.charge(charge, caller.id, cents)
          if (isRefunded) throw refuse()
          const isLookedUp = isAgain && defect !== 'no look-up'
          const parcel = (isLookedUp && (await services.findParcel(key))) || (await services.send(key, caller.id))
          if (parcel === undefined) {
            if (defect !== 'no refund') await services.refund(charge)
            throw refuse()
          }
          await database.run`
            INSERT INTO purchase (id, owner, cents, parcel) VALUES (${key}, ${caller.id}, ${cents}, ${parcel})
            ON CONFLICT (id) DO NOTHING`
          return { id: key, parcel, cents }
        },
      }),
      giveGift: userOperation('POST /gifts', {
        ...act,
        openWorld: false,
        once: 'transaction',
        summary: 'Give a gift',
        input: z.object({ to: text(40).describe('To whom') }),
        output: z.object({ id: z.string() }),
        errors: { 409: 'none is left' },
        async handler(_, { caller, transaction, fail }) {
          const taken = await transaction.run`UPDATE stock SET count = count - 1 WHERE item = 'gift' AND count > 0`
          if (taken === 0) throw fail(409, 'No gift is left: send flowers')
          const id = crypto.randomUUID()
          const gift = (on: Pick<Database, 'run'>) => on.run`INSERT INTO gift VALUES (${caller.id}, ${id})`
          // It would wait for itself inside the transaction.
          if (defect === 'two transactions') setImmediate(() => gift(database).catch(() => {}))
          else await gift(transaction)
          return { id }
        },
      }),
      listSent: userOperation('GET /sent', {
        openWorld: false,
        summary: 'List what was sent',
        input: z.object({}),
        output: z.object({
          flowers: z.array(z.object({ id: z.string(), cents: z.int(), parcel: z.string() })),
          gifts: z.array(z.string()),
        }),
        async handler(_, { caller: { id } }) {
          const flowers = await database.all<Flowers>`
            SELECT id, cents, parcel FROM purchase WHERE owner = ${id} ORDER BY id`
          const gifts = await database.all<{ id: string }>`SELECT id FROM gift WHERE owner = ${id} ORDER BY id`
          return { flowers, gifts: gifts.map((gift) => gift.id) }
        },
      }),
    },
  })
  return { plugin, database }
}
