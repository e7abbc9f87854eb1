import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveStocks } from './fixture.ts'

const { api } = await serveStocks()

function assertSample(body: { source: string; asOf: string; stale?: boolean }): void {
  assert.match(body.source, /^sample: .*not current$/)
  assert.equal(body.asOf, '2010-03')
  assert.equal(body.stale, undefined)
}

test('several symbols come in the requested order, once each, in upper or lower case', async () => {
  const { body } = await api
    .get('/quotes?symbols=msft&symbols=AAPL&symbols=MSFT&symbols=NOPE&symbols=^gspc')
    .expect(200)
  assert.deepEqual(
    body.quotes.map(({ symbol }: { symbol: string }) => symbol),
    ['MSFT', 'AAPL', '^GSPC'],
  )
  assert.deepEqual(body.unknownSymbols, ['NOPE'])
  assert.deepEqual(body.quotes[1], {
    symbol: 'AAPL',
    name: 'Apple Inc.',
    currency: 'USD',
    price: 223.02,
    previousPrice: 204.62,
    changePercent: 8.99,
    time: '2010-03',
  })
  assertSample(body)
})

test('a request with unknown symbols only is answered', async () => {
  const { body } = await api.get('/quotes?symbols=NOPE&symbols=constructor').expect(200)
  assert.deepEqual([body.quotes, body.unknownSymbols], [[], ['NOPE', 'CONSTRUCTOR']])
})

test('a request has 1 to 20 symbols', async () => {
  await api.get('/quotes').expect(400)
  const many = (count: number) => Array.from({ length: count }, (_, index) => `symbols=S${index}`).join('&')
  await api.get(`/quotes?${many(20)}`).expect(200)
  await api.get(`/quotes?${many(21)}`).expect(400)
  await api.get(`/quotes?symbols=${'A'.repeat(21)}`).expect(400)
})

test('symbols are read from the forms in which assistants send a list', async () => {
  for (const query of [
    'symbols=AAPL,IBM',
    'symbols=AAPL,%20IBM',
    'symbols[]=AAPL&symbols[]=IBM',
    'symbols=%5B%22AAPL%22%2C%22IBM%22%5D',
    'symbols=$AAPL&symbols=%24ibm',
    'symbols=%22AAPL%22%2CIBM',
  ]) {
    const { body } = await api.get(`/quotes?${query}`).expect(200)
    assert.deepEqual(
      body.quotes.map(({ symbol }: { symbol: string }) => symbol),
      ['AAPL', 'IBM'],
      query,
    )
    assert.deepEqual(body.unknownSymbols, [])
  }
  assert.equal((await api.get('/history/$IBM').expect(200)).body.symbol, 'IBM')
})

test('what is not a symbol is refused with the right form, and never called an unknown symbol', async () => {
  for (const sent of [
    'AAPL IBM',
    'NASDAQ:AAPL',
    '{"symbols":["AAPL"]}',
    'Apple Inc.',
    '',
    '苹果',
    'AAPL,NASDAQ:IBM',
    '$',
  ])
    assert.match(
      (await api.get(`/quotes?symbols=${encodeURIComponent(sent)}`).expect(400)).body.detail,
      /symbols\.0: must (not be empty|be one ticker symbol such as AAPL.* symbols=AAPL&symbols=IBM)/,
      sent,
    )
  await api.get('/quotes?symbols=[]').expect(400)
})

for (const [query, expected] of [
  ['apple', ['AAPL']],
  ['MICRO', ['MSFT']],
  ['goog', ['GOOG']],
  ['inc', ['AAPL', 'AMZN', 'GOOG']],
  ['500', ['^GSPC']],
  ['zzz', []],
] as const)
  test(`${query} finds ${expected.join(', ') || 'nothing'}`, async () => {
    const { body } = await api.get(`/symbols?query=${query}`).expect(200)
    assert.deepEqual(
      body.matches.map(({ symbol }: { symbol: string }) => symbol),
      expected,
    )
    assertSample(body)
  })

test('a history covers the requested range, oldest first, and says which interval it has', async () => {
  for (const [range, count] of [
    ['1mo', 2],
    ['3mo', 4],
    ['1y', 13],
    ['5y', 61],
    ['max', 123],
  ] as const) {
    const { body } = await api.get(`/history/ibm?range=${range}&interval=1d`).expect(200)
    assert.equal(body.points.length, count)
    assert.deepEqual(body.points.at(-1), { date: '2010-03', close: 125.55 })
    assert.equal(body.interval, '1mo')
    assert.deepEqual(
      body.points.map(({ date }: { date: string }) => date),
      body.points.map(({ date }: { date: string }) => date).sort(),
    )
    assertSample(body)
  }
})

test('an unknown symbol has no history, and the message says how to find one', async () => {
  const { body } = await api.get('/history/NOPE').expect(404)
  assert.match(body.detail, /searchSymbols/)
  await api.get('/history/IBM?range=2y').expect(400)
})
