import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { besideDatabase, startFailureTest, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)

test('it starts without a key, with a user of development and sample flights', async (t) => {
  const DATABASE_URL = `file:${temporaryFolder()}/flights.sqlite`
  const server = await startPlugin(folder, { DATABASE_URL, NODE_ENV: 'development' })
  t.after(() => server.end('SIGKILL'))
  assert.match(server.output(), /sample/)
  const token = readFileSync(besideDatabase(DATABASE_URL, 'access-token'), 'utf8')
  const date = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  const url = `${server.url}/flights?origin=ZRH&destination=OSL&departureDate=${date}`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(answer.status, 200)
  assert.ok(((await answer.json()) as { offers: unknown[] }).offers.length > 0)
})

startFailureTest(folder, [
  [{ FLIGHTS_SOURCE: 'x' }, /FLIGHTS_SOURCE must be/],
  [{ FLIGHTS_SOURCE: 'duffel' }, /FLIGHTS_SOURCE=duffel needs DUFFEL_TOKEN/],
  [{ FLIGHTS_CURRENCY: 'x' }, /FLIGHTS_CURRENCY must be a code such as EUR/],
  [{ FLIGHTS_CURRENCY: 'XYZ' }, /FLIGHTS_CURRENCY must be one of EUR/],
  [{ FLIGHTS_STARTING_BALANCE: 'x' }, /FLIGHTS_STARTING_BALANCE must be a number/],
  [{ FLIGHTS_UNASKED: 'x' }, /FLIGHTS_UNASKED must be refuse or amount/],
])
