import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { createGzip, gzipSync } from 'node:zlib'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { toSpec } from '../src/index.ts'
import { character } from './characters.ts'
import { openShop, publicUrl, serveShop } from './fixture.ts'

const { api } = await serveShop(openShop(), { rateLimit: 1_000_000 })
const find = (query: string) => api.get(`/things?${query}`)
const order = (body: string | Buffer, type = 'application/json') => {
  const sent = api.post('/orders').set('Content-Type', type)
  // supertest would make JSON of a string a second time.
  return sent.serialize((value) => value as string).send(body as string)
}

test('text becomes numbers, booleans and lists as the schema says', async () => {
  const { body } = await find('word=a+b%20c&many=3&price=1.5e1&new=true&kind=toy&sizes=1&sizes=2').expect(200)
  assert.deepEqual(body.input, { word: 'a b c', many: 3, price: 15, new: true, kind: 'toy', sizes: [1, 2] })
  assert.deepEqual((await find('word=1&sizes=7').expect(200)).body.input, { word: '1', sizes: [7] })
})

test('text that cannot be converted is refused with the name of the input', async () => {
  for (const pair of [
    'many=1.5',
    'many=',
    'many=%201',
    'many=007',
    'many=0x3',
    'price=1e400',
    'price=Infinity',
    'new=TRUE',
    'new=1',
    'kind=car',
    'sizes=a',
    'sizes=1&sizes=2&sizes=3&sizes=4',
  ]) {
    const { body } = await find(`word=a&${pair}`).expect(400)
    assert.ok(body.detail.includes(pair.split('=')[0]), `${pair}: ${body.detail}`)
  }
  const { body } = await find('many=1').expect(400)
  assert.deepEqual(body.errors, [{ name: 'word', detail: 'is missing' }])
})

test('a repeated scalar is refused', async () => {
  await find('word=a&word=b').expect(400)
})

test('text that is not percent-encoded UTF-8 is refused', async () => {
  for (const word of ['%', '%ff', '%c3%28', '%zz']) await find(`word=${word}`).expect(400)
  await api.get('/trouble/%ff').expect(400)
})

test('unknown names are ignored', async () => {
  await find('word=a&other=1&__proto__=2&constructor=3').expect(200)
  await order('{"item":"a","other":1,"__proto__":{"count":5},"constructor":{"prototype":{"polluted":1}}}').expect(200, {
    order: { id: 1, item: 'a' },
    count: 1,
  })
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  await api.patch('/orders/3').send({ id: 9, item: 'b' }).expect(200, { id: 3, item: 'b' })
})

test('a DELETE may send its inputs in a JSON body', async () => {
  await api.delete('/orders/1').send({ reason: 'late' }).expect(200, { reason: 'late' })
  await api.delete('/orders/1?reason=late').expect(200, { reason: 'late' })
  await api.delete('/orders/1?reason=late').send({ reason: 'early' }).expect(400)
})

test('a body must be JSON, by its media type and by its bytes', async () => {
  await order('{"item":"a"}', 'application/json; charset=utf-8').expect(200)
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])
    await order('{"item":"a"}', type).expect(415)
  const bad = ['{"item":', '{"item":"a"}x', "{'item':'a'}", 'null', '[]', '"a"', '1', '\ufeff{"item":"a"}', '']
  for (const body of [
    ...bad.map((text) => Buffer.from(text)),
    Buffer.from('{"item":"a"}', 'utf16le'),
    Buffer.from('{"item":"\xff"}', 'latin1'),
  ])
    await order(body).expect('Content-Type', 'application/problem+json').expect(400)
  await api.post('/orders').expect(400)
})

test('an optional input that is null is left out, and a required one is refused', async () => {
  const { body } = await order('{"item":"a","count":null,"tags":null,"other":null}').expect(200)
  assert.equal(body.count, 1)
  await order('{"item":null}').expect(400)
  await order('{"item":"a","tags":[null]}').expect(400)
})

test('a body may have 256 KiB, compressed or not', async () => {
  const fill = (length: number) => `{"item":"a","fill":"${'x'.repeat(length - 22)}"}`
  assert.equal(fill(262_144).length, 262_144)
  await order(fill(262_144)).expect(200)
  await order(fill(262_145)).expect('Connection', 'close').expect(413)
  const gzip = (bytes: string) =>
    api
      .post('/orders')
      .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .serialize((value) => value as string)
      .send(gzipSync(bytes) as never)
  await gzip('{"item":"a"}').expect(200)
  await gzip('x'.repeat(50_000_000)).expect(413)
  await api
    .post('/orders')
    .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'rot13' })
    .send('{}')
    .expect(415)
  await api
    .post('/orders')
    .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    .send('{}')
    .expect(400)
})

test('deep nesting is refused, and quickly', async () => {
  const start = performance.now()
  await order('['.repeat(60_000)).expect(400)
  await order(`{"item":${'['.repeat(30_000)}${']'.repeat(30_000)}}`).expect(400)
  assert.ok(performance.now() - start < 5_000)
})

test('the published schema and the server accept and refuse the same bodies', async () => {
  const paths = toSpec(openShop(), publicUrl, '3.1.0').paths as Record<string, never>
  const schema = (
    paths['/orders'] as never as { post: { requestBody: { content: Record<string, { schema: object }> } } }
  ).post.requestBody.content['application/json']?.schema as object
  const isValid = new Ajv2020({ strict: false }).compile(schema)
  const word = (longest: number) =>
    fc.string({ unit: character, maxLength: longest + 1 }).map((text) => text.toWellFormed())
  const value = fc.oneof(
    word(20),
    word(5),
    fc.integer({ min: -1, max: 10 }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(word(5), { maxLength: 3 }),
  )
  const exact = (length: number) => fc.constantFrom('x', '🥛', '語').map((character) => character.repeat(length))
  const body = fc.record(
    {
      item: fc.oneof(word(20), exact(20), exact(21), value),
      count: fc.oneof(fc.integer({ min: 0, max: 10 }), value),
      tags: fc.oneof(fc.array(fc.oneof(exact(5), exact(6), word(5)), { maxLength: 3 }), value),
    },
    { requiredKeys: [] },
  )
  const seen = { 200: 0, 400: 0 }
  await fc.assert(
    fc.asyncProperty(body, async (candidate) => {
      const text = JSON.stringify(candidate)
      const meant = JSON.parse(text, (key, one) => (one === null && /^(count|tags)$/.test(key) ? undefined : one))
      const expected = isValid(meant) ? 200 : 400
      seen[expected]++
      const { status } = await order(text)
      assert.equal(status, expected, text)
    }),
    { numRuns: 250 },
  )
  assert.ok(seen[200] > 5 && seen[400] > 5, JSON.stringify(seen))
})

interface Parameter {
  name: string
  required: boolean
  schema: object
}

test('the published parameters and the server accept and refuse the same queries', async () => {
  const paths = toSpec(openShop(), publicUrl, '3.1.0').paths as Record<string, unknown>
  const { parameters } = (paths['/things'] as { get: { parameters: Parameter[] } }).get
  const isValid = new Ajv2020({ strict: false }).compile({
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  })
  const exact = (length: number) => fc.constantFrom('x', '🥛', '語', '%', '&', '+').map((sign) => sign.repeat(length))
  const words = fc.string({ unit: character, maxLength: 11 }).map((text) => text.toWellFormed())
  const mostly = <Right, Wrong>(right: fc.Arbitrary<Right>, wrong: fc.Arbitrary<Wrong>) =>
    fc.oneof({ weight: 9, arbitrary: right }, wrong)
  const numbers = mostly(
    fc.integer({ min: 1, max: 50 }),
    fc.oneof(fc.constantFrom(-1, 0, 51), fc.double({ noNaN: true, noDefaultInfinity: true })),
  )
  const query = fc.record(
    {
      word: mostly(fc.oneof(exact(10), words), exact(11)),
      many: numbers,
      price: numbers,
      new: mostly(fc.boolean(), fc.constantFrom('1', 'yes', '')),
      kind: mostly(fc.constantFrom('book', 'toy'), fc.constantFrom('Book', '')),
      sizes: fc.array(mostly(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 10, 0.5)), {
        minLength: 1,
        maxLength: 4,
      }),
    },
    { requiredKeys: ['word'] },
  )
  const seen = { 200: 0, 400: 0 }
  await fc.assert(
    fc.asyncProperty(query, async (candidate) => {
      const pairs = Object.entries(candidate).flatMap(([name, value]) =>
        [value].flat().map((one) => `${name}=${encodeURIComponent(String(one))}`),
      )
      const expected = isValid(candidate) ? 200 : 400
      seen[expected]++
      const { status } = await find(pairs.join('&'))
      assert.equal(status, expected, pairs.join('&'))
    }),
    { numRuns: 250 },
  )
  assert.ok(seen[200] > 5 && seen[400] > 5, JSON.stringify(seen))
})

test('bodies in chunks are read, and the body of a GET is ignored', async () => {
  const sent = api.post('/orders').set('Content-Type', 'application/json').set('Transfer-Encoding', 'chunked')
  Readable.from(['{"item":', '"a"', '}']).pipe(sent as never)
  assert.equal((await once(sent, 'response'))[0].status, 200)
  await api.get('/things?word=a').set('Content-Type', 'application/json').send('{"word":"b"').expect(200)
})

test('a bomb is not decompressed in memory', async () => {
  const gzip = createGzip()
  const zeros = Buffer.alloc(1_048_576)
  const bomb = buffer(gzip)
  for (let count = 0; count < 128; count++) if (!gzip.write(zeros)) await once(gzip, 'drain')
  gzip.end()
  const bytes = await bomb
  const before = process.memoryUsage.rss()
  let most = before
  const look = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 1)
  await api
    .post('/orders')
    .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
    .serialize((value) => value as string)
    .send(bytes as never)
    .expect(413)
  clearInterval(look)
  most = Math.max(most, process.memoryUsage.rss())
  assert.ok(most - before < 40_000_000, `${bytes.length} bytes of gzip became ${most - before} bytes of memory`)
})
