import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Interval, SourceError, type StockSource } from '@reference-plugins/stock-prices'
import { serveStocks } from './fixture.ts'

/** A source at the end of a slow line, which can be cut. */
function createSource() {
  const calls: string[] = []
  const state = { error: undefined as Error | undefined, points: 3, interval: '1d' as Interval, delay: 20 }
  const answer = async <Value>(call: string, value: Value): Promise<Value> => {
    calls.push(call)
    await sleep(state.delay)
    if (state.error) throw state.error
    return value
  }
  const source: StockSource = {
    name: 'live: a test',
    mostSymbols: 5,
    quotes: (symbols) =>
      answer(
        `quotes ${symbols}`,
        symbols
          .filter((symbol) => symbol !== 'NOPE')
          .map((symbol) => ({ symbol, name: symbol, currency: 'USD', price: 1, time: '2026-01-01T00:00:00.000Z' })),
      ),
    search: (query) => answer(`search ${query}`, [{ symbol: query, name: query }]),
    history: (symbol) =>
      answer(`history ${symbol}`, {
        currency: 'USD',
        interval: state.interval,
        points: Array.from({ length: state.points }, () => ({ date: '2026-01-01', close: 1 })),
      }),
  }
  return { source, calls, state }
}

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

test('fifty who ask at once are one request, and so are the symbols of different ones', async () => {
  const { source, calls } = createSource()
  const { get } = await serveStocks({}, source)
  const paths = [
    '/quotes?symbols=A&symbols=B',
    '/quotes?symbols=B&symbols=C',
    '/symbols?query=Apple',
    '/symbols?query=apple',
    '/history/A',
  ]
  await Promise.all(Array.from({ length: 50 }, (_, index) => get(paths[index % paths.length] as string).expect(200)))
  assert.deepEqual(calls.filter((call) => !call.startsWith('quotes')).sort(), ['history A', 'search apple'])
  const asked = calls.filter((call) => call.startsWith('quotes')).flatMap((call) => call.slice(7).split(','))
  assert.deepEqual(asked.sort(), ['A', 'B', 'C'], 'each symbol once')
})

test('a request has no more symbols than the source takes', async () => {
  const { source, calls } = createSource()
  const { get } = await serveStocks({}, source)
  await get(`/quotes?${Array.from({ length: 12 }, (_, index) => `symbols=S${index}`).join('&')}`).expect(200)
  assert.deepEqual(
    calls.map((call) => call.split(',').length),
    [5, 5, 2],
  )
})

test('an answer is kept for its time and no longer, an unknown symbol too', async (t) => {
  const later = travel(t)
  const { source, calls } = createSource()
  const { get } = await serveStocks({}, source)
  const ask = () => get('/quotes?symbols=A&symbols=NOPE').expect(200)
  const { body } = await ask()
  later(50_000)
  assert.deepEqual((await ask()).body, body)
  assert.equal(calls.length, 1)
  later(20_000)
  assert.notEqual((await ask()).body.asOf, body.asOf)
  assert.equal(calls.length, 2)
})

test('while the source is down answers of up to a day serve on, and say that they are old', async (t) => {
  const later = travel(t)
  const { source, calls, state } = createSource()
  const { get } = await serveStocks({}, source)
  const { body } = await get('/quotes?symbols=A').expect(200)
  state.error = new SourceError(503, 'The source is down')
  later(3_600_000)
  const old = (await get('/quotes?symbols=A').expect(200)).body
  assert.equal(old.stale, true)
  assert.equal(old.asOf, body.asOf)
  const asked = calls.length
  await get('/quotes?symbols=A').expect(200)
  assert.equal(calls.length, asked, 'it is left alone for a while')
  later(24 * 3_600_000)
  await get('/quotes?symbols=A').expect(503)
  state.error = undefined
  later(20_000)
  assert.equal((await get('/quotes?symbols=A').expect(200)).body.stale, undefined)
})

test('of several who ask at once while the source is down, each is told that the answer is old', async (t) => {
  const later = travel(t)
  const { source, state } = createSource()
  const { get } = await serveStocks({}, source)
  await get('/quotes?symbols=A').expect(200)
  state.error = new SourceError(503, 'The source is down')
  const ask = () => Promise.all(Array.from({ length: 5 }, () => get('/quotes?symbols=A')))
  later(3_600_000)
  assert.deepEqual(new Set((await ask()).map(({ body }) => body.stale)), new Set([true]))
  later(24 * 3_600_000)
  assert.deepEqual(new Set((await ask()).map(({ status }) => status)), new Set([503]))
})

test('a question that the source dislikes does not keep others from asking, but one that it is down does', async () => {
  for (const [status, expected] of [
    [502, 200],
    [503, 503],
  ] as const) {
    const { source, state } = createSource()
    const { get } = await serveStocks({}, source)
    state.error = new SourceError(status, 'Trouble')
    await get('/history/ODD').expect(status)
    state.error = undefined
    await get('/history/A').expect(expected)
  }
})

test('more symbols at once than are kept are answered all the same', async () => {
  const { source, state } = createSource()
  state.delay = 500
  const { get } = await serveStocks({}, source)
  const ask = (call: number) =>
    get(`/quotes?${Array.from({ length: 20 }, (_, index) => `symbols=S${call}-${index}`).join('&')}`)
  const answers = await Promise.all(Array.from({ length: 150 }, (_, call) => ask(call)))
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
})

test('long histories push each other out', async () => {
  const { source, calls, state } = createSource()
  state.points = 200_000
  const { get } = await serveStocks({}, source)
  for (const symbol of ['A', 'B', 'C', 'A']) await get(`/history/${symbol}`).expect(422)
  assert.equal(calls.length, 4)
})

test('trouble with the source is told as such, with when to come again', async () => {
  for (const [error, status] of [
    [new SourceError(503, 'The source is down', { retryAfter: 7 }), 503],
    [new SourceError(502, 'The source answers nonsense', { retryAfter: 7 }), 502],
    [new Error('secret of the plugin'), 500],
  ] as const) {
    const { source, state } = createSource()
    state.error = error
    const { get } = await serveStocks({}, source)
    for (const path of ['/quotes?symbols=A', '/symbols?query=a', '/history/A']) {
      const answer = await get(path).expect(status)
      if (status !== 500) assert.equal(answer.headers['retry-after'], '7')
      assert.doesNotMatch(answer.text, /secret/)
    }
  }
})

test('a history that is too long for one answer is refused with what to do', async () => {
  const { source, state } = createSource()
  state.points = 301
  const { get } = await serveStocks({}, source)
  assert.match((await get('/history/A').expect(422)).body.detail, /shorter range or a longer interval/)
  state.interval = '1mo'
  assert.match((await get('/history/C').expect(422)).body.detail, /shorter range$/)
  state.points = 300
  const { text } = await get('/history/B').expect(200)
  assert.ok(text.length < 16_000, `${text.length} characters`)
})
