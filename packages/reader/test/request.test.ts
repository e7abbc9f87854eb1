import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type DocumentOperation,
  type Field,
  type HttpTarget,
  type OperationRequest,
  RequestRefused,
  toRequest,
  writeRequest,
} from '../src/index.ts'
import { character } from './character.ts'

type Http = HttpTarget
const field = (name: string, place: Field['place'], more: Partial<Field> = {}): Field => ({
  name,
  place,
  wireName: name,
  ...more,
})

function request(
  target: Partial<Http>,
  given: Record<string, unknown>,
  server = 'https://a.test/v1',
): OperationRequest {
  const operation: DocumentOperation = {
    name: 'a',
    title: 'A',
    description: 'A.',
    input: { type: 'object' },
    isConsequential: undefined,
    isReading: true,
    target: { kind: 'http', method: 'GET', path: '/a', query: [], fields: [], ...target },
  }
  return toRequest({ server }, operation, given)
}

test('each input is sent in its place, under its name on the wire', () => {
  assert.deepEqual(
    request(
      {
        method: 'POST',
        path: '/things/{id}',
        query: [['plugin', 'bolt']],
        fields: [
          field('id', 'path'),
          field('q', 'query', { wireName: 'query' }),
          field('X-Shop', 'header'),
          field('body_id', 'body', { wireName: 'id' }),
        ],
        body: { mediaType: 'application/json' },
      },
      { id: 'a b/c', q: 'ä&=+', 'X-Shop': 'Süd\r\nHost: evil.test', body_id: 7 },
    ),
    {
      method: 'POST',
      url: 'https://a.test/v1/things/a%20b%2Fc?plugin=bolt&query=%C3%A4%26%3D%2B',
      headers: {
        accept: 'application/json, */*;q=0.5',
        'x-shop': 'S%C3%BCd%0D%0AHost%3A%20evil.test',
        'content-type': 'application/json',
      },
      body: '{"id":7}',
    },
  )
})

for (const [more, value, query] of [
  [{ list: 'repeated' }, ['a', 'b,c'], 'q=a&q=b%2Cc'],
  [{ list: 'comma' }, ['a', 'b'], 'q=a,b'],
  [{ list: 'space' }, ['a', 'b'], 'q=a%20b'],
  [{ list: 'bar' }, ['a', 'b'], 'q=a%7Cb'],
  [{ list: 'comma' }, [], ''],
  [{ object: 'members' }, { a: 1, b: ['x', 'y'] }, 'a=1&b=x&b=y'],
  [{ object: 'brackets' }, { a: 1, b: { c: 2 } }, 'q%5Ba%5D=1&q%5Bb%5D=%7B%22c%22%3A2%7D'],
  [{ object: 'json' }, { a: 1 }, 'q=%7B%22a%22%3A1%7D'],
  [{}, true, 'q=true'],
  [{}, null, ''],
  [{}, '\uD800', 'q=%EF%BF%BD'],
] as const)
  test(`in a query, ${JSON.stringify(value)} with ${JSON.stringify(more)} is ${query || 'nothing'}`, () => {
    const { url } = request({ fields: [field('q', 'query', more)] }, { q: value })
    assert.equal(url, `https://a.test/v1/a${query && `?${query}`}`)
  })

for (const [mediaType, given, wanted] of [
  ['application/json', { a: { b: [null] }, c: null }, '{"a":{"b":[null]},"c":null}'],
  ['application/x-www-form-urlencoded', { a: ['x y', 'z&'], c: null }, 'a=x+y&a=z%26'],
  ['application/json', {}, '{}'],
] as const)
  test(`a body of ${mediaType} with ${JSON.stringify(given)}`, () => {
    const { body, headers } = request(
      { method: 'POST', fields: [field('a', 'body'), field('c', 'body')], body: { mediaType } },
      given,
    )
    assert.deepEqual([body, headers['content-type']], [wanted, mediaType])
  })

test('a multipart form has a safe boundary, and no name can start another part', () => {
  const { body, headers } = request(
    {
      method: 'POST',
      fields: [field('a', 'body', { wireName: 'a"\r\nx: y' })],
      body: { mediaType: 'multipart/form-data' },
    },
    { a: 'text' },
  )
  const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1]
  assert.equal(
    body,
    `--${boundary}\r\ncontent-disposition: form-data; name="a%22%0D%0Ax: y"\r\n\r\ntext\r\n--${boundary}--\r\n`,
  )
})

test('a file has a name, an object is JSON, and a list is joined where the spec says so', () => {
  const fields = ['file', 'meta'].map((name) => field(name, 'body'))
  const parts = { file: { isFile: true, type: 'image/png' }, meta: { type: 'application/json' } }
  const { body = '' } = request(
    { method: 'POST', fields, body: { mediaType: 'multipart/form-data', parts } },
    { file: 'abc', meta: { a: 1 } },
  )
  assert.match(body, /name="file"; filename="file"\r\ncontent-type: image\/png\r\n\r\nabc\r\n/)
  assert.match(body, /name="meta"\r\ncontent-type: application\/json\r\n\r\n\{"a":1\}\r\n/)
  const joined = { mediaType: 'application/x-www-form-urlencoded', parts: { a: { list: 'bar' as const } } }
  assert.equal(request({ method: 'POST', fields: [field('a', 'body')], body: joined }, { a: [1, 2] }).body, 'a=1%7C2')
})

const upload = (fields: Field[], given: Record<string, unknown>) => {
  const target = {
    kind: 'http' as const,
    method: 'POST',
    path: '/a',
    query: [],
    fields,
    body: { mediaType: 'multipart/form-data' },
  }
  const { headers, body = '', bytes } = toRequest({ server: 'https://shop.test' }, { target } as never, given)
  return {
    body,
    sent: new Response(bytes ?? body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData(),
  }
}
const dataUrl = (bytes: Uint8Array, type: string, name?: string) =>
  `data:${type}${name === undefined ? '' : `;name=${encodeURIComponent(name)}`};base64,${Buffer.from(bytes).toString('base64')}`

test('a file of a multipart form has a name and a media type: text by itself, or bytes as a data URL', async () => {
  const file = field('photo', 'body', { file: {} })
  const all = [file, field('icon', 'body', { file: { type: 'image/png' } }), field('note', 'body')]
  const bytes = new Uint8Array(256).map((_, index) => index)
  const { body, sent } = upload(all, { photo: 'abc', icon: 'x', note: 'data:text/plain;base64,YQ==' })
  assert.match(body, /name="photo"; filename="photo"\r\ncontent-type: text\/plain\r\n\r\nabc\r\n/)
  const texts = await sent
  assert.equal(texts.get('note'), 'data:text/plain;base64,YQ==')
  assert.equal((texts.get('icon') as File).type, 'image/png')
  const binary = upload(all, {
    photo: [dataUrl(bytes, 'image/gif', 'C:\\a\\Foto "ä".gif'), dataUrl(bytes, 'image/gif')],
  })
  assert.match(
    binary.body,
    /filename="Foto %22ä%22\.gif"\r\ncontent-type: image\/gif\r\n\r\n\[256 bytes of image\/gif\]/,
  )
  const files = (await binary.sent).getAll('photo') as File[]
  assert.equal(files.length, 2)
  for (const one of files) assert.deepEqual(new Uint8Array(await one.arrayBuffer()), bytes)
  assert.throws(() => upload([file], { photo: 'data:image/png;base64,a*b' }), /"photo" is not valid base64/)
})

test('any bytes under any name arrive as they are, and nothing starts another part', async () => {
  const type = fc.constantFrom('image/png', 'application/octet-stream', 'text/csv')
  const name = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 40 })
    .filter((one) => one.isWellFormed() && !/[/\\]/.test(one))
  const any = fc.asyncProperty(
    fc.uint8Array({ maxLength: 300 }),
    name,
    type,
    fc.string(),
    async (bytes, name, type, text) => {
      const { sent } = upload([field('f', 'body', { file: {} }), field('t', 'body')], {
        f: dataUrl(bytes, type, name),
        t: text.toWellFormed(),
      })
      const form = await sent
      assert.equal([...form].length, 2)
      const file = form.get('f') as File
      assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes)
      assert.equal(file.type, type)
      // As browsers write it: WHATWG escapes these three only.
      assert.equal(
        file.name.replaceAll(/%0A|%0D|%22/g, decodeURIComponent),
        name.replaceAll(/%0A|%0D|%22/g, decodeURIComponent),
      )
    },
  )
  await fc.assert(any, { numRuns: 100 })
})

test('one input can be the whole body, as JSON or as text', () => {
  const whole = (mediaType: string, body: unknown) =>
    request({ method: 'POST', fields: [field('body', 'body')], body: { mediaType, whole: 'body' } }, { body }).body
  assert.equal(whole('application/json', ['a']), '["a"]')
  assert.equal(whole('text/plain', 'a'), 'a')
  assert.equal(whole('text/plain', undefined), undefined)
})

test('a DELETE has a body only if there is a value for it', () => {
  const target: Partial<Http> = {
    method: 'DELETE',
    fields: [field('a', 'body')],
    body: { mediaType: 'application/json' },
  }
  assert.equal(request(target, { a: 1 }).body, '{"a":1}')
  assert.equal(request(target, {}).body, undefined)
})

for (const id of ['.', '..', '', null, undefined, ['..']])
  test(`${JSON.stringify(id) ?? 'nothing'} cannot be a part of the URL`, () => {
    assert.throws(() => request({ path: '/a/{id}/b', fields: [field('id', 'path')] }, { id }), RequestRefused)
  })

test('values that make a path segment of dots are refused', () => {
  assert.throws(
    () => request({ path: '/a/{x}{y}', fields: [field('x', 'path'), field('y', 'path')] }, { x: '.', y: '.' }),
    RequestRefused,
  )
})

test('no value can change the host, the path or the query', () => {
  const nasty = fc.oneof(
    fc.string({ unit: character }),
    fc.string({
      unit: fc.constantFrom(
        '.',
        '/',
        '\\',
        '%',
        '2',
        'e',
        'f',
        '?',
        '#',
        '@',
        ':',
        '\n',
        '\t',
        ' ',
        ';',
        'a',
        '\u2215',
        '\uFF0E',
        '\uD800',
      ),
    }),
    fc.constantFrom(
      '../../admin',
      '..%2f..%2fadmin',
      '%2e%2e/',
      '//evil.test',
      'https://evil.test',
      '@evil.test',
      '\\\\evil.test',
      '?x=1#y',
      'a/../../b',
      '.\t.',
      '..;/',
    ),
    fc.array(fc.string()),
  )
  fc.assert(
    fc.property(nasty, nasty, nasty, (id, other, q) => {
      let made: OperationRequest
      try {
        made = request(
          {
            path: '/things/{id}/parts/{other}.json',
            fields: [
              field('id', 'path'),
              field('other', 'path'),
              field('q', 'query', { list: 'comma' }),
              field('h', 'header'),
            ],
          },
          { id, other, q, h: q },
        )
      } catch (error) {
        assert.ok(error instanceof RequestRefused, String(error))
        return
      }
      const url = new URL(made.url)
      assert.equal(url.origin, 'https://a.test')
      assert.equal(url.hash, '')
      const parts = url.pathname.split('/')
      assert.deepEqual([parts.length, parts[1], parts[2], parts[4]], [6, 'v1', 'things', 'parts'])
      assert.ok(parts[5]?.endsWith('.json'))
      assert.equal(
        decodeURIComponent(parts[3] ?? ''),
        Array.isArray(id) ? id.map((one) => one.toWellFormed()).join(',') : id.toWellFormed(),
      )
      assert.ok([...url.searchParams.keys()].every((name) => name === 'q'))
      assert.ok(/^[\x20-\x7E]*$/.test(made.headers.h ?? ''))
    }),
    { numRuns: Number(process.env.FUZZ_DOCUMENTS ?? 300) },
  )
})

test('an operation of an MCP server has no request', () => {
  const operation = {
    name: 'a',
    title: 'a',
    description: 'a',
    input: {},
    isConsequential: undefined,
    isReading: true,
    target: { kind: 'mcp' as const, tool: 'a' },
  }
  assert.throws(() => toRequest({ server: 'https://a.test' }, operation, {}), RequestRefused)
})

const styled = (field: Partial<Field>, value: unknown, place: Field['place'] = 'query') => {
  const path = place === 'path' ? '/a/{x}' : '/a'
  const fields: Field[] = [{ name: 'x', wireName: 'x', place, ...field }]
  return writeRequest({ kind: 'http', method: 'GET', path, query: [], fields }, { x: value })
}

// The table of OpenAPI 3.1, Style Examples.
const color = ['blue', 'black']
const point = { R: 100, G: 200 }
for (const [what, place, field, value, expected] of [
  ['simple, one value', 'path', {}, 'blue', '/a/blue'],
  ['simple, a list', 'path', { list: 'comma' }, color, '/a/blue,black'],
  ['simple, an object', 'path', { object: 'pairs' }, point, '/a/R,100,G,200'],
  ['simple, an exploded object', 'path', { object: 'equals' }, point, '/a/R=100,G=200'],
  ['label, one value', 'path', { prefix: 'label' }, 'blue', '/a/.blue'],
  ['label, a list', 'path', { prefix: 'label', list: 'comma' }, color, '/a/.blue,black'],
  ['label, an exploded list', 'path', { prefix: 'label', list: 'repeated' }, color, '/a/.blue.black'],
  ['label, an exploded object', 'path', { prefix: 'label', object: 'equals' }, point, '/a/.R=100.G=200'],
  ['matrix, one value', 'path', { prefix: 'matrix' }, 'blue', '/a/;x=blue'],
  ['matrix, a list', 'path', { prefix: 'matrix', list: 'comma' }, color, '/a/;x=blue,black'],
  ['matrix, an exploded list', 'path', { prefix: 'matrix', list: 'repeated' }, color, '/a/;x=blue;x=black'],
  ['matrix, an object', 'path', { prefix: 'matrix', object: 'pairs' }, point, '/a/;x=R,100,G,200'],
  ['matrix, an exploded object', 'path', { prefix: 'matrix', object: 'equals' }, point, '/a/;R=100;G=200'],
  ['form, an object', 'query', { object: 'pairs' }, point, 'x=R,100,G,200'],
  ['form, an exploded object', 'query', { object: 'members' }, point, 'R=100&G=200'],
  ['a list with tabs', 'query', { list: 'tab' }, color, 'x=blue%09black'],
  ['a cookie', 'cookie', {}, 'a;b', 'x=a%3Bb'],
  ['a header, an object', 'header', { object: 'equals' }, point, 'R=100,G=200'],
] as const)
  test(`a value is written in the style of OpenAPI: ${what}`, () => {
    const { path, query, headers } = styled(field, value, place)
    assert.equal({ path, query, cookie: headers.cookie, header: headers.x }[place], expected)
  })
