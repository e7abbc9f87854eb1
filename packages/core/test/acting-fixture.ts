import { type Database, openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { z } from 'zod'
import { actionMigrations, definePlugin, operation, type Plugin, text, userOperation } from '../src/index.ts'
import { buyAfterQuestion, priceOf } from './acting-operation.ts'
import { knownUsers } from './known-users.ts'

const migrations = {
  ...actionMigrations,
  shop: `
    CREATE TABLE price (item TEXT PRIMARY KEY, cents INTEGER NOT NULL, stock INTEGER NOT NULL);
    CREATE TABLE purchase (owner TEXT NOT NULL, id TEXT NOT NULL, item TEXT NOT NULL, cents INTEGER NOT NULL, PRIMARY KEY (owner, id));
    INSERT INTO price VALUES ('bread', 350, 100), ('cake', 1800, 100)`,
}

export interface ActingShop {
  plugin: Plugin
  database: Database
  setPrice(cents: number): Promise<unknown>
  purchases(): Promise<{ owner: string; item: string; cents: number }[]>
  /** What the service of the courier has got, by key. */
  parcels: Map<string, string>
  /** What happens inside the next try of `sendParcel`. */
  courier: { beforeCall?: () => void; afterCall?: () => void | Promise<void> }
  /** What `sendParcel` and `returnPurchase` bind, each time that they are asked. */
  terms: { version: () => number | Promise<number> }
}

export const tokens: Record<string, string> = { 'token-of-ada': 'ada', 'token-of-bob': 'bob' }

/** A shop whose operations act: in one transaction, with a confirmation, and with another service. */
export async function openActingShop(url = temporaryDatabase()): Promise<ActingShop> {
  const database = await openDatabase(url, migrations)
  const parcels = new Map<string, string>()
  const courier: ActingShop['courier'] = {}
  const terms: ActingShop['terms'] = { version: () => 1 }
  const item = text(20).describe('What to buy')

  const plugin = definePlugin({
    name: 'bakery',
    title: 'Bakery',
    descriptionForHuman: 'Buy bread and cake.',
    descriptionForModel: 'Buys bread and cake. Ask before you buy.',
    conversationStarters: ['Buy a bread.'],
    contactEmail: 'bakery@example.com',
    folder: new URL('./fixture/', import.meta.url),
    auth: knownUsers(tokens),
    database,
    needs: [database],
    operations: {
      buy: userOperation('POST /purchases', {
        openWorld: false,
        destructive: false,
        idempotent: false,
        output: z.object({ id: z.string(), cents: z.int() }),
        errors: { 404: 'the shop does not have it', 409: 'it is sold out' },
        once: 'transaction',
        summary: 'Buy something',
        input: z.object({ item, gift: z.boolean().optional().describe('Whether it is a gift') }),
        undo: { quote: 'quoteReturn', by: 'returnPurchase' },
        async handler({ item }, { caller, transaction, fail, log, signal, progress }) {
          log.info({ isAborted: signal.aborted }, 'buys')
          progress(1)
          const price = await priceOf(item, transaction)
          if (!price) throw fail(404, `The shop has no ${item}`)
          if (price.stock === 0) throw fail(409, `${item} is sold out`)
          const id = crypto.randomUUID()
          await transaction.run`UPDATE price SET stock = stock - 1 WHERE item = ${item}`
          await transaction.run`INSERT INTO purchase VALUES (${caller.id}, ${id}, ${item}, ${price.cents})`
          return { id, cents: price.cents }
        },
      }),
      buyAfterQuestion,
      sendParcel: userOperation('POST /parcels', {
        openWorld: true,
        destructive: false,
        idempotent: false,
        once: 'resume',
        confirm: async ({ to }) => ({
          question: `Send a parcel to ${to}?`,
          bound: { to, version: await terms.version() },
        }),
        unasked: ['to'],
        summary: 'Send a parcel by a courier',
        input: z.object({ to: text(20).describe('To whom') }),
        output: z.object({ tracking: z.string() }),
        async handler({ to }, { key, isAgain }) {
          const known = isAgain ? parcels.get(key) : undefined
          if (known) return { tracking: known }
          courier.beforeCall?.()
          parcels.set(key, `parcel to ${to}`)
          await courier.afterCall?.()
          return { tracking: `parcel to ${to}` }
        },
      }),
      quoteReturn: operation('GET /return-quote', {
        openWorld: false,
        summary: 'Say what a return costs',
        input: z.object({}),
        output: z.object({ cents: z.int() }),
        handler: () => ({ cents: 0 }),
      }),
      returnPurchase: userOperation('POST /returns', {
        openWorld: false,
        destructive: true,
        idempotent: false,
        once: 'transaction',
        quote: 'quoteReturn',
        confirm: async () => ({ question: 'Return everything?', bound: { version: await terms.version() } }),
        summary: 'Return everything',
        input: z.object({}),
        output: z.object({ returned: z.int() }),
        handler: async (_, { caller, transaction }) => ({
          returned: await transaction.run`DELETE FROM purchase WHERE owner = ${caller.id}`,
        }),
      }),
    },
  })

  return {
    plugin,
    database,
    parcels,
    courier,
    terms,
    setPrice: (cents) => database.run`UPDATE price SET cents = ${cents} WHERE item = 'bread'`,
    purchases: () => database.all`SELECT owner, item, cents FROM purchase ORDER BY owner, item, cents`,
  }
}
