import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createYahooSource } from '../../src/prices/yahoo-source.ts'

/** Imitates Yahoo's servers: the cookie and the crumb of its pages, and the responses of its API. */
function createYahoo(answers: Record<string, unknown>) {
  const asked: URL[] = []
  const request = (async (input: string | URL) => {
    const url = new URL(String(input))
    asked.push(url)
    if (url.pathname.startsWith('/quote/'))
      return new Response('<html></html>', {
        headers: { 'set-cookie': 'A3=x; Domain=.yahoo.com; Path=/; Max-Age=31557600' },
      })
    if (url.pathname.endsWith('getcrumb')) return new Response('crumb')
    const answer = Object.entries(answers).find(([path]) => url.pathname.startsWith(path))?.[1]
    if (typeof answer === 'number')
      return new Response('Too Many Requests', { status: answer, headers: { 'retry-after': '7' } })
    if (typeof answer === 'string') return new Response(answer)
    return answer === undefined ? new Response('{}', { status: 404 }) : Response.json(answer)
  }) as typeof fetch
  return { source: createYahooSource(request), asked }
}

const quote = {
  language: 'en-US',
  quoteType: 'EQUITY',
  currency: 'USD',
  symbol: 'AAPL',
  longName: 'Apple Inc.',
  regularMarketPrice: 271.5,
  regularMarketPreviousClose: 270,
  regularMarketTime: 1_795_000_000,
}

test('quotes of many symbols are one request', async () => {
  const { source, asked } = createYahoo({
    '/v7/finance/quote': { quoteResponse: { result: [quote, { symbol: 'GONE', quoteType: 'NONE' }], error: null } },
  })
  assert.deepEqual(await source.quotes(['AAPL', 'NOPE', 'GONE']), [
    {
      symbol: 'AAPL',
      name: 'Apple Inc.',
      currency: 'USD',
      price: 271.5,
      previousPrice: 270,
      time: '2026-11-18T11:06:40.000Z',
    },
  ])
  const requests = asked.filter(({ pathname }) => pathname.startsWith('/v7'))
  assert.equal(requests.length, 1)
  assert.equal(requests[0]?.searchParams.get('symbols'), 'AAPL,NOPE,GONE')
})

test('a search returns the company and its exchange, and skips results without a symbol', async () => {
  const { source } = createYahoo({
    '/v1/finance/search': {
      quotes: [
        { symbol: 'AAPL', longname: 'Apple Inc.', exchDisp: 'NASDAQ', isYahooFinance: true },
        { index: 'x', name: 'private' },
      ],
      news: [],
    },
  })
  assert.deepEqual(await source.search('apple'), [{ symbol: 'AAPL', name: 'Apple Inc.', exchange: 'NASDAQ' }])
})

test('a history leaves out days without a price', async () => {
  const meta = {
    currency: 'USD',
    symbol: 'AAPL',
    regularMarketTime: 1_795_000_000,
    firstTradeDate: 345_479_400,
    exchangeTimezoneName: 'America/New_York',
    gmtoffset: -18_000,
  }
  const { source } = createYahoo({
    '/v8/finance/chart': {
      chart: {
        result: [
          {
            meta,
            timestamp: [1_794_900_000, 1_795_000_000],
            indicators: {
              quote: [{ close: [null, 271.5], open: [null, 1], high: [null, 1], low: [null, 1], volume: [null, 1] }],
            },
          },
        ],
        error: null,
      },
    },
  })
  assert.deepEqual(await source.history('AAPL', '1mo', '1d'), {
    currency: 'USD',
    interval: '1d',
    points: [{ date: '2026-11-18', close: 271.5 }],
  })
})

test('prices of London are told in pounds, not in pence, and of an unknown currency not in dollars', async () => {
  const { currency: _, ...unknown } = quote
  const shell = {
    ...quote,
    symbol: 'SHEL.L',
    currency: 'GBp',
    regularMarketPrice: 2731.5,
    regularMarketPreviousClose: 2700,
  }
  const meta = {
    currency: 'GBp',
    symbol: 'SHEL.L',
    regularMarketTime: 1_795_000_000,
    firstTradeDate: 345_479_400,
    exchangeTimezoneName: 'Europe/London',
    gmtoffset: 0,
  }
  const quotes = [{ close: [2731.5], open: [1], high: [1], low: [1], volume: [1] }]
  const { source } = createYahoo({
    '/v7/finance/quote': { quoteResponse: { result: [shell, unknown], error: null } },
    '/v8/finance/chart': {
      chart: { result: [{ meta, timestamp: [1_795_000_000], indicators: { quote: quotes } }], error: null },
    },
  })
  assert.deepEqual(
    (await source.quotes(['SHEL.L', 'AAPL'])).map(({ currency, price, previousPrice }) => [
      currency,
      price,
      previousPrice,
    ]),
    [
      ['GBP', 27.315, 27],
      ['unknown', 271.5, 270],
    ],
  )
  const history = await source.history('SHEL.L', '1mo', '1d')
  assert.deepEqual([history?.currency, history?.points[0]?.close], ['GBP', 27.315])
})

test('a symbol that Yahoo does not know has no history', async () => {
  const { source } = createYahoo({
    '/v8/finance/chart': {
      chart: { result: null, error: { code: 'Not Found', description: 'No data found, symbol may be delisted' } },
    },
  })
  assert.equal(await source.history('NOPE', '1mo', '1d'), undefined)
})

test('text that is not a symbol is not sent', async () => {
  const { source, asked } = createYahoo({})
  for (const symbol of ['../../../v1/x', '..', '/A', 'A/B', 'A?range=1d#', 'A,B', 'A B', '%2E%2E', ''])
    assert.deepEqual([await source.history(symbol, '1mo', '1d'), await source.quotes([symbol])], [undefined, []])
  assert.deepEqual(await source.search(''), [])
  assert.deepEqual(asked, [])
})

test('symbols of every form are sent unchanged', async () => {
  for (const symbol of ['^GSPC', 'BRK-B', 'M&M.NS', 'EURUSD=X', '0700.HK']) {
    const { source, asked } = createYahoo({ '/v8/finance/chart': 429 })
    await assert.rejects(source.history(symbol, '1mo', '1d'))
    assert.equal(decodeURIComponent(asked[0]?.pathname ?? ''), `/v8/finance/chart/${symbol}`)
  }
})

test('a quote that cannot be read does not fail the others', async () => {
  const { source } = createYahoo({
    '/v7/finance/quote': { quoteResponse: { result: [quote, { symbol: 'ODD', regularMarketPrice: 1 }], error: null } },
  })
  assert.deepEqual(
    (await source.quotes(['AAPL', 'ODD'])).map(({ symbol }) => symbol),
    ['AAPL'],
  )
})

test('a failure is not printed, because its URL contains the session', async (t) => {
  const { source } = createYahoo({ '/v7/finance/quote': 429 })
  const printed = t.mock.method(console, 'error', () => {})
  await assert.rejects(source.quotes(['AAPL']), { status: 503, retryAfter: 7 })
  assert.equal(printed.mock.callCount(), 0)
})

for (const [what, answer, status] of [
  ['a page instead of JSON', '<html>', 502],
  ['other JSON', { a: 1, b: 2 }, 502],
  ['an error message', { quoteResponse: { result: null, error: { code: 'Bad Request', description: 'No' } } }, 502],
  ['too many requests', 429, 503],
  ['a server error', 500, 503],
  [
    'a price that is not a number',
    { quoteResponse: { result: [{ ...quote, regularMarketPrice: 'n/a' }], error: null } },
    502,
  ],
] as const)
  test(`${what} from Yahoo is a SourceError`, async () => {
    const { source } = createYahoo({ '/v7/finance/quote': answer })
    await assert.rejects(source.quotes(['AAPL']), { name: 'SourceError', status })
  })
