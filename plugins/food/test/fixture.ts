import { type ServedPlugin, servePlugin } from '@reference-plugins/testing/serve-plugin'
import type { Response } from 'supertest'
import type { Network } from '../src/payments/simulated-service.ts'
import { createFoodPlugin } from '../src/plugin.ts'
import type { FoodSettings } from '../src/settings.ts'

/** Friday noon in New York, in the evening in Zürich. All stores but the one in Tokyo are open, or will be. */
export const friday = Date.parse('2026-11-27T17:00:00Z')
const minute = 60_000

export interface ServedFood extends ServedPlugin {
  /** The time of the plugin. */
  clock: { now: number }
  call: Caller
}

type Json = Response['body']
type Caller = (
  method: 'get' | 'post' | 'put',
  path: string,
  body?: Json,
  headers?: Record<string, string>,
) => Promise<Json>

/** The plugin with a clock that stands still until a test moves it. */
export async function serveFood(network?: Network, start = friday): Promise<ServedFood> {
  const clock = { now: start }
  const served = await servePlugin<FoodSettings>((settings) =>
    createFoodPlugin(settings, { now: () => clock.now, ...(network && { network }) }),
  )
  const call: Caller = async (method, path, body, headers = {}) => {
    const request = served.api[method](path).set(headers)
    const answer = await (body ? request.send(body) : request)
    return { ...answer.body, httpStatus: answer.status, headers: answer.headers }
  }
  return { ...served, clock, call }
}

export const minutes = (count: number): number => count * minute

export const pizza = { store: 'forno-luca', items: ['2 x margherita + large + olives'] }
export const guest = { guest_name: 'Ada Guest', guest_phone: '+1 212 555 0100' }
export const soho = { line_one: '1 Sample Square', city: 'New York', postal_code: '10012' }

/** A checkout that is ready, and what completes it. */
export async function readyCheckout(call: Caller, more: Json = {}): Promise<{ checkout: Json; agreement: Json }> {
  const checkout = await call('post', '/checkouts', { ...pizza, ...guest, fulfillment: 'pickup', ...more })
  return { checkout, agreement: { version: checkout.version, total: totalIn(checkout), payment: 'at_the_door' } }
}

export const totalIn = (checkout: Json): number => amountIn(checkout, 'total')
export const amountIn = ({ totals }: Json, sought: string): number =>
  totals.find(({ type }: { type: string }) => type === sought)?.amount
export const codesIn = ({ messages }: Json): string[] => messages.map(({ code }: { code: string }) => code)
