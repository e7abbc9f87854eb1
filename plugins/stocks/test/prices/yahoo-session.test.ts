import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createYahooSource } from '../../src/prices/yahoo-source.ts'

const quote = {
  symbol: 'AAPL',
  quoteType: 'EQUITY',
  language: 'en-US',
  currency: 'USD',
  regularMarketPrice: 271.5,
  regularMarketTime: 1_795_000_000,
}
const refusal = { finance: { result: null, error: { code: 'Unauthorized', description: 'Invalid Crumb' } } }

interface Sessions {
  /** What the page of the crumb answers, one after the other, and then the last one again. */
  crumbs: (string | Response)[]
  /** The crumbs that are accepted at the moment. */
  valid: Set<string>
  /** Refuses with this status, or with this answer. */
  refusal?: number | Response
}

/** Imitates the sessions of Yahoo: each has a cookie and a crumb, and may end. */
function createYahoo(sessions: Sessions) {
  const asked: { path: string; crumb: string | null; cookie: string | null }[] = []
  let opened = 0
  const request = (async (input: string | URL, init?: RequestInit) => {
    const url = new URL(String(input))
    const crumb = url.searchParams.get('crumb')
    asked.push({ path: url.pathname, crumb, cookie: new Headers(init?.headers).get('cookie') })
    if (url.pathname.startsWith('/quote/'))
      return new Response('', {
        headers: { 'set-cookie': `A3=${++opened}; Domain=.yahoo.com; Path=/; Max-Age=31557600` },
      })
    if (url.pathname.endsWith('getcrumb')) {
      const next = sessions.crumbs.length > 1 ? sessions.crumbs.shift() : sessions.crumbs[0]
      return next instanceof Response ? next.clone() : new Response(next)
    }
    const { valid, refusal: how = 401 } = sessions
    if (!valid.has(crumb ?? '')) return how instanceof Response ? how.clone() : Response.json(refusal, { status: how })
    return Response.json({ quoteResponse: { result: [quote], error: null } })
  }) as typeof fetch
  return {
    source: createYahooSource(request),
    asked,
    count: (path: string) => asked.filter((one) => one.path.includes(path)).length,
  }
}

const page = (status: number, headers: Record<string, string> = {}) =>
  new Response('<html>Before you continue</html>', { status, headers: { 'content-type': 'text/html', ...headers } })
for (const [what, refused] of [
  ['401', 401],
  ['403', 403],
  ['200', 200],
  ['a page', page(200)],
  ['a redirect', page(302, { location: 'https://login.yahoo.com/' })],
  ['a page with 401', page(401)],
] as const)
  test(`a session that has ended is renewed at once (${what})`, async () => {
    const valid = new Set(['first'])
    const { source, asked, count } = createYahoo({ crumbs: ['first', 'second'], valid, refusal: refused })
    assert.equal((await source.quotes(['AAPL'])).length, 1)
    valid.clear()
    valid.add('second')
    assert.equal((await source.quotes(['AAPL'])).length, 1)
    assert.deepEqual(
      asked.filter(({ crumb }) => crumb).map(({ crumb, cookie }) => [crumb, cookie]),
      [
        ['first', 'A3=1'],
        ['first', 'A3=1'],
        ['second', 'A3=2'],
      ],
    )
    assert.equal((await source.quotes(['AAPL'])).length, 1)
    assert.equal(count('getcrumb'), 2)
  })

test('calls that fail at the same time share one new session', async () => {
  const valid = new Set(['first'])
  const { source, count } = createYahoo({ crumbs: ['first', 'second'], valid })
  await source.quotes(['AAPL'])
  valid.clear()
  valid.add('second')
  const read = await Promise.all(Array.from({ length: 5 }, () => source.quotes(['AAPL'])))
  assert.deepEqual([...new Set(read.map(({ length }) => length))], [1])
  assert.equal(count('getcrumb'), 2)
})

test('a session that is refused again is not asked for a third time, and the message says so', async () => {
  const { source, count } = createYahoo({ crumbs: ['never'], valid: new Set() })
  await assert.rejects(source.quotes(['AAPL']), { status: 503, message: 'Yahoo Finance refuses the session' })
  assert.equal(count('getcrumb'), 2)
})

for (const text of ['Too Many Requests\r\n', '', '<html><body>Sorry</body></html>', '{"error":"x"}'])
  test(`a page with ${JSON.stringify(text)} in place of a crumb is not kept`, async () => {
    const { source } = createYahoo({ crumbs: [text, 'good'], valid: new Set(['good']) })
    await assert.rejects(source.quotes(['AAPL']), { status: 503, message: 'Yahoo Finance did not open a session' })
    assert.equal((await source.quotes(['AAPL'])).length, 1)
  })

test('a crumb with the signs of Base64 is a crumb', async () => {
  for (const crumb of ['a/B.c', 'x+y=', 'a\\u002Fb', 'N-_~1'])
    assert.equal((await createYahoo({ crumbs: [crumb], valid: new Set([crumb]) }).source.quotes(['AAPL'])).length, 1)
})

test('two sources do not share a session', async () => {
  const valid = new Set(['crumb'])
  const one = createYahoo({ crumbs: ['crumb'], valid })
  const other = createYahoo({ crumbs: ['crumb'], valid })
  await one.source.quotes(['AAPL'])
  await other.source.quotes(['AAPL'])
  assert.deepEqual([one.count('getcrumb'), other.count('getcrumb')], [1, 1])
})
