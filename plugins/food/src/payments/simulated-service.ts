import type { Database, Migrations } from '@reference-plugins/store'
import { type Charge, type ChargeState, NoAnswer, type PaymentService } from './payment-service.ts'

export const paymentMigrations: Migrations = {
  'payment charge': `
    CREATE TABLE payment_charge (
      reference TEXT PRIMARY KEY,
      method TEXT NOT NULL,
      amount INTEGER NOT NULL,
      currency TEXT NOT NULL,
      state TEXT NOT NULL
    )`,
}

/** The most that the saved card pays at once, in minor units. */
export const cardLimit = 10_000

/** What is between the shop and the service: it may lose a request, or the answer to it. */
export type Network = <Result>(call: keyof PaymentService, send: () => Promise<Result>) => Promise<Result>

const steady: Network = (_, send) => send()

/** Loses every third answer to a charge or refund, after the service has done it. */
export function createShakyNetwork(): Network {
  let calls = 0
  return async (call, send) => {
    const result = await send()
    if (call !== 'find' && ++calls % 3 === 0) throw new NoAnswer('the answer of the payment service was lost')
    return result
  }
}

/**
 * Stands for a payment service of another company: it has its own table and commits, and the shop reaches it only by calls
 * that may get no answer. The saved wallet pays everything, the saved card up to {@link cardLimit}.
 */
export function createSimulatedService(database: Database, network: Network = steady): PaymentService {
  const read = (reference: string) => database.get<{ state: ChargeState; amount: number }>`
    SELECT state, amount FROM payment_charge WHERE reference = ${reference}`
  const insert = ({ reference, method, amount, currency }: Charge, state: ChargeState) => database.run`
    INSERT INTO payment_charge (reference, method, amount, currency, state)
    VALUES (${reference}, ${method}, ${amount}, ${currency}, ${state}) ON CONFLICT (reference) DO NOTHING`
  return {
    charge: (charge) =>
      network('charge', async () => {
        const isDeclined = charge.method === 'saved_card' && charge.amount > cardLimit
        await insert(charge, isDeclined ? 'declined' : 'charged')
        return (await read(charge.reference))?.state ?? 'declined'
      }),
    find: (reference) => network('find', async () => (await read(reference))?.state),
    refund: (reference) =>
      network('refund', async () => {
        await insert({ reference, method: 'saved_wallet', amount: 0, currency: '' }, 'declined')
        await database.run`UPDATE payment_charge SET state = 'refunded' WHERE reference = ${reference} AND state = 'charged'`
        const charge = await read(reference)
        return charge?.state === 'refunded' ? charge.amount : 0
      }),
  }
}
