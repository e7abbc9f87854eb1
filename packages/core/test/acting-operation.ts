import { type Confirmation, text, userOperation } from '@reference-plugins/core'
import type { Reading } from '@reference-plugins/store'
import { z } from 'zod'

interface Price {
  cents: number
  stock: number
}

export const priceOf = (item: string, reading: Reading) =>
  reading.get<Price>`SELECT cents, stock FROM price WHERE item = ${item}`

export const buyAfterQuestion = userOperation('POST /confirmed-purchases', {
  summary: 'Buy something that a person confirms',
  openWorld: false,
  destructive: false,
  idempotent: false,
  input: z.object({
    item: text(20).describe('What to buy'),
    cents: z.int().min(0).optional().describe('The price that the user has agreed to'),
  }),
  output: z.object({ id: z.string(), cents: z.int() }),
  errors: { 404: 'the shop does not have it', 409: 'the price has changed' },
  // The key, the purchase and the answer are written together.
  once: 'transaction',
  async confirm({ item }, { reading, fail }): Promise<Confirmation> {
    const price = await priceOf(item, reading)
    if (!price) throw fail(404, `The shop has no ${item}`)
    return {
      question: `Buy ${item} for ${(price.cents / 100).toFixed(2)} EUR?`,
      facts: [{ label: 'In stock', value: String(price.stock) }],
      bound: { cents: price.cents },
    }
  },
  // A client that cannot ask a person must send the price.
  unasked: ['cents'],
  undo: { quote: 'quoteReturn', by: 'returnPurchase' },
  async handler({ item }, { caller, transaction }) {
    const { cents = 0 } = (await priceOf(item, transaction)) ?? {}
    const id = crypto.randomUUID()
    await transaction.run`INSERT INTO purchase VALUES (${caller.id}, ${id}, ${item}, ${cents})`
    return { id, cents }
  },
})
