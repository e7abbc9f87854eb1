import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CachedSource } from '../../src/prices/cached-source.ts'
import { SourceError } from '../../src/prices/stock-source.ts'
import { serveStocks } from '../fixture.ts'
import { createSlowSource } from '../slow-source.ts'

/** Replaces the clock with one that can be moved forward. */
function travel(t: TestContext) {
  const now = Date.now.bind(Date)
  const nowOfProcess = performance.now.bind(performance)
  let later = 0
  t.mock.method(Date, 'now', () => now() + later)
  t.mock.method(performance, 'now', () => nowOfProcess() + later)
  return (milliseconds: number) => {
    later += milliseconds
  }
}

test('fifty callers at the same time share one request, and so do different symbols', async () => {
  const { source, calls } = createSlowSource()
  const { api } = await serveStocks(source)
  const paths = [
    '/quotes?symbols=A&symbols=B',
    '/quotes?symbols=B&symbols=C',
    '/symbols?query=Apple',
    '/symbols?query=apple',
    '/history/A',
  ]
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => api.get(paths[index % paths.length] as string).expect(200)),
  )
  assert.deepEqual(calls.filter((call) => !call.startsWith('quotes')).sort(), ['history A', 'search apple'])
  const asked = calls.filter((call) => call.startsWith('quotes')).flatMap((call) => call.slice(7).split(','))
  assert.deepEqual(asked.sort(), ['A', 'B', 'C'], 'each symbol is requested once')
})

test('a request has no more symbols than the source accepts', async () => {
  const { source, calls } = createSlowSource()
  const { api } = await serveStocks(source)
  await api.get(`/quotes?${Array.from({ length: 12 }, (_, index) => `symbols=S${index}`).join('&')}`).expect(200)
  assert.deepEqual(
    calls.map((call) => call.split(',').length),
    [5, 5, 2],
  )
})

test('a response is reused until it is too old, even for an unknown symbol', async (t) => {
  const later = travel(t)
  const { source, calls } = createSlowSource()
  const { api } = await serveStocks(source)
  const ask = () => api.get('/quotes?symbols=A&symbols=NOPE').expect(200)
  const { body } = await ask()
  later(50_000)
  assert.deepEqual((await ask()).body, body)
  assert.equal(calls.length, 1)
  later(20_000)
  assert.notEqual((await ask()).body.asOf, body.asOf)
  assert.equal(calls.length, 2)
})

test('while the source is down, older responses are used and marked as stale', async (t) => {
  const later = travel(t)
  const { source, calls, state } = createSlowSource()
  const { api } = await serveStocks(source)
  const { body } = await api.get('/quotes?symbols=A').expect(200)
  state.error = new SourceError(503, 'The source is down')
  later(300_000)
  const old = (await api.get('/quotes?symbols=A').expect(200)).body
  assert.equal(old.stale, true)
  assert.equal(old.asOf, body.asOf)
  const asked = calls.length
  await api.get('/quotes?symbols=A').expect(200)
  assert.equal(calls.length, asked, 'the source is not asked again for a while')
  await api.get('/quotes?symbols=B').expect(503)
  state.error = undefined
  later(20_000)
  assert.equal((await api.get('/quotes?symbols=A').expect(200)).body.stale, undefined)
})

test('responses up to a day old are used, by each of several callers at the same time', async (t) => {
  const later = travel(t)
  const { source, state } = createSlowSource()
  const cached = new CachedSource(source)
  await cached.quotes(['A'])
  state.error = new SourceError(503, 'The source is down')
  const ask = () => Promise.allSettled(Array.from({ length: 5 }, () => cached.quotes(['A'])))
  later(3_600_000)
  for (const { value } of (await ask()) as PromiseFulfilledResult<{ isStale: boolean }[]>[])
    assert.deepEqual(
      value.map(({ isStale }) => isStale),
      [true],
    )
  later(24 * 3_600_000)
  for (const { reason } of (await ask()) as PromiseRejectedResult[]) assert.equal(reason, state.error)
})

test('a 502 from the source does not stop other requests, but a 503 does', async () => {
  for (const [status, expected] of [
    [502, 200],
    [503, 503],
  ] as const) {
    const { source, state } = createSlowSource()
    const { api } = await serveStocks(source)
    state.error = new SourceError(status, 'Failure')
    await api.get('/history/ODD').expect(status)
    state.error = undefined
    await api.get('/history/A').expect(expected)
  }
})

test('more symbols than the cache holds are all answered', async () => {
  const { source, state } = createSlowSource()
  state.delay = 500
  const { api } = await serveStocks(source)
  const ask = (call: number) =>
    api.get(`/quotes?${Array.from({ length: 20 }, (_, index) => `symbols=S${call}-${index}`).join('&')}`)
  const answers = await Promise.all(Array.from({ length: 150 }, (_, call) => ask(call)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
})

test('long histories evict each other from the cache', async () => {
  const { source, calls, state } = createSlowSource()
  state.points = 200_000
  const { api } = await serveStocks(source)
  for (const symbol of ['A', 'B', 'C', 'A']) await api.get(`/history/${symbol}`).expect(422)
  assert.equal(calls.length, 4)
})
