import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import {
  BaseUrl,
  type Credential,
  createUpstream,
  cutOutput,
  doneOutput,
  given,
  int64,
  jsonText,
  Problem,
  type UpstreamOptions,
} from '../../src/index.ts'
import { type Handler, sendJson, startApi, Thing, test, upstreamOf } from './api.ts'

const secret = 'secret-of-the-plugin-0123456789'
const one: Handler = (_, response) => sendJson(response, { id: 1, name: 'Rex', color: 'brown' })

/** The problem that a call ends with. */
async function problemOf(call: Promise<unknown>): Promise<Problem> {
  const error = await call.then(
    (value) => assert.fail(`it answered ${JSON.stringify(value)}`),
    (reason) => reason,
  )
  assert.ok(error instanceof Problem, String(error?.stack))
  return error
}

test('values go where the call says, encoded, and members that the output does not have are dropped', async (t) => {
  const { upstream, asked, context } = await upstreamOf(t, one)
  const answer = await upstream.call('POST /things/{id}/parts/{part}', {
    path: { id: 7, part: 'a/b?c#d' },
    query: { 'filter[kind]': 'x&y', ids: [1, 2], no: undefined },
    headers: { 'X-Trace': 'größe\r\nX-Evil: 1', 'X-No': undefined },
    body: { name: 'Rex', note: undefined, tags: ['ä'] },
    output: Thing,
    context,
  })
  assert.deepEqual(answer, { id: 1, name: 'Rex' })
  assert.equal(asked[0]?.method, 'POST')
  assert.equal(asked[0]?.url, '/v1/things/7/parts/a%2Fb%3Fc%23d?filter%5Bkind%5D=x%26y&ids=1&ids=2')
  assert.equal(asked[0]?.headers['x-trace'], 'gr%C3%B6%C3%9Fe%0D%0AX-Evil%3A%201')
  assert.equal(asked[0]?.headers['x-no'], undefined)
  assert.equal(asked[0]?.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { name: 'Rex', tags: ['ä'] })
})

test('no value in the path leads to another path', async (t) => {
  const { upstream, asked, context } = await upstreamOf(t, one)
  for (const id of ['', '.', '..']) {
    const problem = await problemOf(upstream.call('GET /things/{id}', { path: { id }, output: Thing, context }))
    assert.equal(problem.status, 400)
    assert.match(problem.message, /id must not be/)
  }
  await upstream.call('GET /things/{id}', { path: { id: '../../admin' }, output: Thing, context })
  assert.deepEqual(
    asked.map(({ url }) => url),
    ['/v1/things/..%2F..%2Fadmin'],
  )
})

test('forms are sent with their media type', async (t) => {
  const { upstream, asked, context } = await upstreamOf(t, one)
  await upstream.call('POST /a', { form: { a: 'x y', list: [1, 2] }, output: Thing, context })
  await upstream.call('POST /a', { multipart: { a: 'x y', no: undefined }, output: Thing, context })
  assert.equal(asked[0]?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(asked[0]?.body, 'a=x+y&list=1&list=2')
  assert.match(asked[1]?.headers['content-type'] ?? '', /^multipart\/form-data; boundary=/)
  assert.match(asked[1]?.body ?? '', /name="a"\r\n\r\nx y\r\n/)
})

test('each secret goes into its place', async (t) => {
  const credentials: Credential[] = [
    { in: 'bearer', variable: 'A', value: secret },
    { in: 'header', name: 'X-Key', variable: 'B', value: `${secret}-b` },
    { in: 'query', name: 'key', variable: 'C', value: `${secret}&c` },
    { in: 'cookie', name: 'session', variable: 'D', value: `${secret}-d` },
    { in: 'header', name: 'X-Unset', variable: 'E', value: undefined },
  ]
  const { upstream, asked, context } = await upstreamOf(t, one, { credentials })
  await upstream.call('GET /a', { query: { key: 'of the caller' }, output: Thing, context })
  assert.equal(asked[0]?.headers.authorization, `Bearer ${secret}`)
  assert.equal(asked[0]?.headers['x-key'], `${secret}-b`)
  assert.equal(asked[0]?.url, `/v1/a?key=${secret}%26c`)
  assert.equal(asked[0]?.headers.cookie, `session=${secret}-d`)
  assert.equal(asked[0]?.headers['x-unset'], undefined)
  const basic = await upstreamOf(t, one, { credentials: [{ in: 'basic', variable: 'A', value: 'ada:päss' }] })
  await basic.upstream.call('GET /a', { output: Thing, context: basic.context })
  assert.equal(basic.asked[0]?.headers.authorization, `Basic ${Buffer.from('ada:päss').toString('base64')}`)
})

test('a GET is tried three times, and other calls once', async (t) => {
  for (const [method, status, tries] of [
    ['GET', 502, 3],
    ['GET', 503, 3],
    ['GET', 504, 3],
    ['GET', 500, 1],
    ['GET', 429, 1],
    ['POST', 503, 1],
    ['PUT', 502, 1],
    ['DELETE', 504, 1],
  ] as const) {
    const { upstream, asked, context } = await upstreamOf(t, (_, response) => sendJson(response, {}, status))
    await problemOf(upstream.call(`${method} /a`, { output: Thing, context }))
    assert.equal(asked.length, tries, `${method} ${status}`)
  }
})

test('a GET that fails once is answered, after an error of the network too', async (t) => {
  for (const fail of [
    (response: Parameters<Handler>[1]) => sendJson(response, {}, 503),
    (response: Parameters<Handler>[1]) => response.destroy(),
  ]) {
    let calls = 0
    const { upstream, context } = await upstreamOf(t, (request, response) =>
      ++calls === 1 ? fail(response) : one(request, response),
    )
    assert.equal((await upstream.call('GET /a', { output: Thing, context })).id, 1)
    assert.equal(calls, 2)
  }
})

test('Retry-After is passed on, and a long one is not waited for', async (t) => {
  for (const [status, header, expected] of [
    [429, '17', '17'],
    [503, '120', '120'],
    [503, '999999', '3600'],
    [429, undefined, '30'],
    [429, 'nonsense', '30'],
  ] as const) {
    const { upstream, asked, context } = await upstreamOf(t, (_, response) =>
      sendJson(response, {}, status, header === undefined ? {} : { 'retry-after': header }),
    )
    const problem = await problemOf(upstream.call('GET /a', { output: Thing, context }))
    assert.equal(problem.status, status)
    assert.equal(problem.headers['retry-after'], expected)
    assert.equal(asked.length, 1)
  }
})

test('an error of the API becomes a problem that says what to do, with the message of the API on one line', async (t) => {
  const said = (value: unknown): Handler => {
    return (_, response) => sendJson(response, value, 422)
  }
  for (const [handler, expected] of [
    [said({ detail: [{ loc: ['body', 'age'], msg: 'must be over 0' }] }), 'age: must be over 0'],
    [said({ error: { code: 7, message: 'No\n\tsuch  \u200Bthing' } }), 'No such thing'],
    [said({ title: 'Bad', detail: 'The age is wrong' }), 'The age is wrong'],
    [said({ errors: [{ message: 'one' }, { message: 'two' }] }), 'one; two'],
    [said({ message: 'x'.repeat(1_000) }), `${'x'.repeat(299)}…`],
    [said('plain'), 'plain'],
  ] as const) {
    const { upstream, context } = await upstreamOf(t, handler)
    const problem = await problemOf(upstream.call('POST /a', { output: Thing, context }))
    assert.equal(problem.status, 422)
    assert.equal(problem.message, `Shop does not accept the input: correct it and call again. Shop says: ${expected}`)
  }
  for (const [status, expected] of [
    [400, 400],
    [404, 404],
    [409, 409],
    [410, 410],
    [412, 412],
    [405, 502],
    [418, 502],
    [500, 502],
    [501, 502],
    [504, 504],
  ]) {
    const { upstream, context } = await upstreamOf(t, (_, response) =>
      response.writeHead(status ?? 0, { 'content-type': 'text/html' }).end('<html><b>stack trace</b></html>'),
    )
    const problem = await problemOf(upstream.call('POST /a', { output: Thing, context }))
    assert.equal(problem.status, expected, String(status))
    assert.doesNotMatch(problem.message, /stack|html/)
  }
})

test('a secret that the API does not accept is not the fault of the caller, and no secret is in a message or the log', async (t) => {
  const credentials: Credential[] = [
    { in: 'header', name: 'X-Key', variable: 'SHOP_KEY', value: secret },
    { in: 'query', name: 'key', variable: 'SHOP_QUERY_KEY', value: `${secret}&q` },
    { in: 'basic', variable: 'SHOP_PASSWORD', value: 'ada:long-password' },
  ]
  for (const [status, handler] of [
    [401, undefined],
    [403, undefined],
    [400, undefined],
    [undefined, (_, response) => response.destroy()],
    [undefined, (_, response) => response.writeHead(302, { location: `https://evil.example/${secret}` }).end()],
  ] as [number | undefined, Handler | undefined][]) {
    const echo: Handler = (request, response) =>
      sendJson(
        response,
        { message: `no: ${request.headers['x-key']} ${request.headers.authorization} ${request.url}` },
        status,
      )
    const { upstream, context, log } = await upstreamOf(t, handler ?? echo, { credentials })
    const problem = await problemOf(upstream.call('POST /a', { output: Thing, context }))
    assert.equal(problem.status, status === 400 ? 400 : 502)
    if (status === 401) assert.match(problem.message, /does not accept the secret of this plugin/)
    if (status === 403) assert.match(problem.message, /does not allow this plugin/)
    for (const text of [problem.message, log(), String(problem.cause ?? '')])
      for (const hidden of [secret, 'long-password', Buffer.from('ada:long-password').toString('base64')])
        assert.ok(!text.includes(hidden), `${status}: ${text}`)
    if (status === 401) assert.match(log(), /check SHOP_KEY, SHOP_QUERY_KEY, SHOP_PASSWORD/)
  }
})

test('an API that does not answer in time is a 504, whether it sends no header or half of its answer', async (t) => {
  for (const handler of [
    () => undefined,
    (_: unknown, response: Parameters<Handler>[1]) =>
      response.writeHead(200, { 'content-length': 100 }).write('{"id":'),
  ] as Handler[]) {
    const { upstream, asked, context, log } = await upstreamOf(t, handler, { timeout: 300 })
    const problem = await problemOf(upstream.call('GET /a', { output: Thing, context }))
    assert.equal(problem.status, 504)
    assert.equal(asked.length, 1)
    assert.match(log(), /timeout/)
  }
})

test('a call ends with the request of its caller, and is not tried again', async (t) => {
  const { upstream, asked, abort, context } = await upstreamOf(t, (_, response) => sendJson(response, {}, 503))
  const call = problemOf(upstream.call('GET /a', { output: Thing, context }))
  while (asked.length === 0) await sleep(5)
  abort.abort()
  await call
  const before = asked.length
  await sleep(600)
  assert.equal(asked.length, before)
  const slow = await upstreamOf(t, () => undefined)
  const waiting = problemOf(slow.upstream.call('GET /a', { output: Thing, context: slow.context }))
  while (slow.asked.length === 0) await sleep(5)
  slow.abort.abort()
  await waiting
})

test('an answer that is broken, too long or something else is a 502', async (t) => {
  const json = { 'content-type': 'application/json' }
  const bomb = gzipSync(Buffer.alloc(30 * 2 ** 20, 32))
  for (const [title, handler, words] of [
    ['not JSON', (_, response) => response.end('{"id": 1,'), /not JSON/],
    ['a page', (_, response) => response.end('<!doctype html><p>Sign in</p>'), /a web page/],
    [
      'a short answer',
      (_, response) => response.writeHead(200, { ...json, 'content-length': 3 }).end('{"id":1}'),
      /502|reached|not JSON/,
    ],
    ['a long answer', (_, response) => response.end(`"${'x'.repeat(5 * 2 ** 20)}"`), /more than this plugin reads/],
    [
      'a gzip bomb',
      (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
      /more than this plugin reads/,
    ],
    [
      'no gzip',
      (_, response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end('{"id":1}'),
      /ended early/,
    ],
    ['another type', (_, response) => sendJson(response, { id: 'seven' }), /id: Invalid input: expected number/],
    ['a member that is missing', (_, response) => sendJson(response, {}), /id: /],
    ['a list', (_, response) => sendJson(response, [1]), /expected object/],
    ['nothing', (_, response) => response.writeHead(204).end(), /id: /],
    ['deep nesting', (_, response) => response.end('['.repeat(50_000) + ']'.repeat(50_000)), /Shop/],
    [
      'a number that would be rounded',
      (_, response) => response.end('{"id": 9007199254740993}'),
      /id: has more digits than a number/,
    ],
  ] as [string, Handler, RegExp][]) {
    const { upstream, context } = await upstreamOf(t, handler)
    const problem = await problemOf(upstream.call('GET /a', { output: Thing, context }))
    assert.equal(problem.status, 502, title)
    assert.match(problem.message, words, title)
    assert.doesNotMatch(problem.message, /seven/)
  }
})

test('a redirect is followed on the same host only, so that no other host gets the secret', async (t) => {
  const credentials: Credential[] = [{ in: 'bearer', variable: 'A', value: secret }]
  const other = await startApi(t, one)
  const to = (location: string, status = 302): Handler => {
    return (request, response) =>
      request.url === '/v1/b' ? one(request, response) : response.writeHead(status, { location }).end()
  }
  const same = await upstreamOf(t, to('/v1/b'), { credentials })
  assert.equal((await same.upstream.call('GET /a', { output: Thing, context: same.context })).id, 1)
  assert.equal(same.asked[1]?.headers.authorization, `Bearer ${secret}`)
  const after = await upstreamOf(t, to('b', 303), { credentials })
  assert.equal((await after.upstream.call('POST /a', { body: {}, output: Thing, context: after.context })).id, 1)
  assert.equal(after.asked[1]?.method, 'GET')
  for (const [method, location, status] of [
    ['GET', `${other.url}/v1/b`, 302],
    ['GET', '//evil.example/', 301],
    ['GET', 'http://[', 308],
    ['GET', '/v1/a', 302],
    ['POST', '/v1/b', 307],
  ] as const) {
    const { upstream, context } = await upstreamOf(t, to(location, status), { credentials })
    const problem = await problemOf(upstream.call(`${method} /a`, { output: Thing, context }))
    assert.equal(problem.status, 502)
    assert.match(problem.message, /its operator must correct the base URL/)
  }
  assert.equal(other.asked.length, 0)
})

test('a list, a text and an answer without content have an output too', async (t) => {
  const { upstream, context } = await upstreamOf(t, (request, response) =>
    request.url?.endsWith('text') ? response.end('hello') : sendJson(response, [{ id: 1 }, { id: 2, x: 1 }]),
  )
  const things = z.object({ things: z.array(z.object({ id: z.int() })), ...cutOutput })
  assert.deepEqual(await upstream.call('GET /a', { as: 'things', output: things, context }), {
    things: [{ id: 1 }, { id: 2 }],
  })
  const text = z.object({ text: z.string(), ...cutOutput })
  assert.deepEqual(await upstream.call('GET /text', { as: 'text', answer: 'text', output: text, context }), {
    text: 'hello',
  })
  assert.deepEqual(await upstream.call('DELETE /a', { answer: 'nothing', output: doneOutput, context }), {
    status: 'success',
  })
})

test('a number of 64 bits keeps its digits, and is text where JSON would lose them', async (t) => {
  const { upstream, context } = await upstreamOf(t, (_, response) =>
    response.end('{"small": 7, "big": 9007199254740993, "any": {"id": 9007199254740993}, "text": 9007199254740993}'),
  )
  const output = z.object({ small: int64, big: int64, any: z.unknown(), text: z.string(), ...cutOutput })
  assert.deepEqual(await upstream.call('GET /a', { output, context }), {
    small: 7,
    big: '9007199254740993',
    any: { id: '9007199254740993' },
    text: '9007199254740993',
  })
})

test('an answer that is too long is cut, and says so', async (t) => {
  const { upstream, context } = await upstreamOf(t, (_, response) =>
    sendJson(
      response,
      Array.from({ length: 300 }, (_, id) => ({ id, name: 'x'.repeat(3_000) })),
    ),
  )
  const output = z.object({ things: z.array(Thing.omit({ cut: true })), ...cutOutput })
  const { things, cut } = await upstream.call('GET /a', { as: 'things', output, context })
  assert.ok(JSON.stringify(things).length <= 95_000)
  assert.ok(things.length >= 25)
  assert.deepEqual(cut, [
    `things: the first ${things.length} of 300 items`,
    `things[].name: the first ${things[0]?.name?.length} of 3000 characters (${things.length} times)`,
  ])
})

test('a member of the API that is named as what the plugin says about cuts is left out', async (t) => {
  const { upstream, context } = await upstreamOf(t, (_, response) => sendJson(response, { id: 1, cut: 'short' }))
  const answer = await upstream.call('GET /a', { output: Thing, context })
  assert.equal(JSON.stringify(answer), '{"id":1}')
})

test('the base URL is an http or https URL without a query, a fragment or a secret', () => {
  assert.equal(BaseUrl.parse('https://api.example.com/v1//'), 'https://api.example.com/v1')
  for (const wrong of [
    'api.example.com',
    'ftp://a.example',
    'https://ada:x@a.example',
    'https://a.example?x=1',
    'https://a.example#x',
    '',
  ])
    assert.equal(BaseUrl.safeParse(wrong).success, false, wrong)
})

test('an API that is not there is a 502', async (t) => {
  const { url } = await startApi(t, one)
  const options: UpstreamOptions = { name: 'Shop', baseUrl: url.replace(/\d+$/, '9') }
  const { context } = await upstreamOf(t, one)
  const problem = await problemOf(createUpstream(options).call('POST /a', { body: {}, output: Thing, context }))
  assert.equal(problem.status, 502)
  assert.match(problem.message, /cannot be reached/)
})

test('a value that is nested is an input as JSON, and one that is not given is not sent', async (t) => {
  const input = jsonText(100, 'a list')
  assert.deepEqual(input.parse('[{"id": 1}]'), [{ id: 1 }])
  assert.equal(JSON.stringify(input.parse('[9007199254740993]')), '[9007199254740993]')
  for (const wrong of ['', '{"id": 1}', '[1', '1', '"x"']) assert.equal(input.safeParse(wrong).success, false, wrong)
  assert.equal(jsonText(100, 'an object').safeParse('[]').success, false)
  assert.equal(jsonText(100, 'a value').parse('5'), 5)
  assert.equal(given({ id: undefined }), undefined)
  const { upstream, asked, context } = await upstreamOf(t, (_, response) => response.end('plain'))
  const output = z.object({ answer: z.unknown(), ...cutOutput })
  const body = { list: input.parse('[9007199254740993]'), inner: given({ a: undefined }) }
  const answer = await upstream.call('POST /a', { body, as: 'answer', answer: 'any', output, context })
  assert.deepEqual(answer, { answer: 'plain' })
  assert.equal(asked[0]?.body, '{"list":[9007199254740993]}')
})
