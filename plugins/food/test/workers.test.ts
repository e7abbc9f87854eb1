import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { guest, totalIn } from './fixture.ts'

const token = 'x'.repeat(32)
const guests = 8

test('two workers and a payment service that loses answers: each call orders once, and no more than there is', {
  timeout: 120_000,
}, async (t) => {
  const server = await startPlugin(new URL('..', import.meta.url), {
    DATABASE_URL: temporaryDatabase(),
    WEB_CONCURRENCY: '2',
    FOOD_PAYMENTS: 'shaky',
    FOOD_SERVICE_TOKENS: token,
  })
  t.after(() => server.end('SIGKILL'))
  const send = async (path: string, body: object, key: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key }
    // On a new connection, which may go to the other worker.
    const close = { connection: 'close' }
    for (;;) {
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: { ...headers, ...close },
        body: JSON.stringify(body),
      })
      const json = (await answer.json()) as Record<string, unknown>
      // The same call runs, or waits for the payment service.
      if (answer.status !== 503 && !String(json.detail).startsWith('This call is still running'))
        return { answer, json }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const items = ['6 x panna-cotta']
  const first = await send('/checkouts', { store: 'forno-luca', items, fulfillment: 'pickup' }, 'first')
  const windows = first.json.fulfillment_options as { id: string }[]
  const wish = { store: 'forno-luca', items, ...guest, fulfillment: 'pickup', window: windows.at(-1)?.id }

  const ends = await Promise.all(
    Array.from({ length: guests }, async (_, index) => {
      const { json: checkout } = await send('/checkouts', wish, `checkout-${index}`)
      const agreement = { version: checkout.version, total: totalIn(checkout), payment: 'saved_wallet' }
      const complete = () => send(`/checkouts/${checkout.id}/complete`, agreement, `complete-${index}`)
      return Promise.all([complete(), complete()])
    }),
  )
  for (const [one, two] of ends) assert.deepEqual(one.json.order, two.json.order)
  const statuses = ends.map(([one]) => one.answer.status)
  assert.deepEqual(statuses.toSorted(), [200, 200, 200, 200, 200, 409, 409, 409], 'there are 30, and each wants 6')
  for (const [one] of ends)
    if (one.answer.status === 409) assert.match(String(one.json.detail), /Panna cotta is sold out/)
})
