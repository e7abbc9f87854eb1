import { gzipSync } from 'node:zlib'
import { placeValues, type SpecOperation, toRequest } from '@reference-plugins/contract'
import naughty from 'big-list-of-naughty-strings' with { type: 'json' }
import fc from 'fast-check'
import { character } from './character.ts'

export interface OddRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer | undefined
}

interface Schema {
  type?: string
  enum?: unknown[]
  format?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  items?: Schema
}

const strings = fc.oneof(
  fc.constantFrom(...naughty),
  fc.string({ unit: character, maxLength: 600 }),
  fc.constantFrom(
    ...['__proto__', 'constructor', '../../etc/passwd', '..%2f..%2f', '%', '%ff', '%00', 'a'.repeat(101)],
    '🥛'.repeat(501),
  ),
)
const values = fc.oneof(
  strings,
  fc.constantFrom(0, 1, -1, 0.5, 1e300, 2 ** 53, null, true, false, [], {}, [[]], ['a'], { a: 1 }),
  fc.integer(),
  fc.json({ maxDepth: 4 }),
)
const encodings = fc.constantFrom(encodeURIComponent, encodeURI, (text: string) => text)

/** Odd requests of many kinds, made from a spec: some fit an operation, most are wrong in some way. */
export function oddRequests(
  operations: readonly SpecOperation[],
  authorization: string | undefined,
): fc.Arbitrary<OddRequest> {
  const given: Record<string, string> = authorization === undefined ? {} : { authorization }
  const fieldNames = new Set(operations.flatMap(({ fields }) => fields.map(({ name }) => name)))
  const names = fc.constantFrom(...fieldNames, '__proto__', 'x', '')
  const bodies = oddBodies(names)
  const nearly = fc.oneof(...operations.map(nearlyRight))
  const odd = fc
    .record({
      method: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'),
      path: oddTargets(operations.map(({ path }) => path)),
      query: oddQueries(names),
      // Without odd headers a request gets further.
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant<Record<string, string>>({}) }, oddHeaders(authorization)),
      json: fc.boolean(),
      body: bodies,
    })
    .map(({ method, path, query, headers, json, body }) => ({
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: { ...headers, ...(json && { 'content-type': 'application/json' }) },
      body,
    }))
  return fc.oneof(nearly, odd).map((one) => ({ ...one, headers: { ...given, ...one.headers } }))
}

/** A request for one operation in which some values do not fit the schema. */
function nearlyRight(operation: SpecOperation): fc.Arbitrary<OddRequest> {
  const choices = operation.fields.map(({ name, schema, required }) => [
    name,
    fc.oneof(
      { weight: required ? 30 : 4, arbitrary: fitting(schema) },
      { weight: 1, arbitrary: values },
      { weight: required ? 1 : 5, arbitrary: fc.constant(undefined) },
    ),
  ])
  return fc.record(Object.fromEntries(choices) as Record<string, fc.Arbitrary<unknown>>).map((input) => {
    const { method, path, headers = {}, body } = toRequest(operation, placeValues(operation, input))
    return { method, path, headers, body: body === undefined ? undefined : Buffer.from(body) }
  })
}

/** Values that fit one flat field, most of them ordinary. */
function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const { type, minimum = -1000, maximum = 1000, maxLength = 100, items } = schema
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (type === 'integer') return fc.integer({ min: Math.ceil(minimum), max: Math.floor(Math.min(maximum, 2 ** 31)) })
  if (type === 'number') return fc.double({ min: minimum, max: maximum, noNaN: true })
  if (type === 'boolean') return fc.boolean()
  if (type === 'array' && items) return fc.array(fitting(items), { minLength: 1, maxLength: 4 })
  if (schema.format === 'date') return fc.constantFrom('2026-01-31', '1999-12-31', '2038-02-28')
  if (schema.format === 'date-time') return fc.constantFrom('2026-01-31T12:00:00Z', '1999-12-31T23:59:59.9Z')
  return fc.oneof(
    fc.constantFrom('a', 'milk', 'Äpfel', '笔记', 'x y', '"quoted"', '1'),
    strings.map((text) => Array.from(text.toWellFormed()).slice(0, maxLength).join('')),
  )
}

function oddBodies(names: fc.Arbitrary<string>): fc.Arbitrary<Buffer | undefined> {
  const objects = fc.array(fc.tuple(names, values), { maxLength: 5 }).map((entries) => {
    // An object literal would lose the member __proto__.
    return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  })
  return fc.oneof(
    fc.constant(undefined),
    objects.map((text) => Buffer.from(text)),
    fc.oneof(strings, fc.json()).map((text) => Buffer.from(text)),
    objects.map((text) => Buffer.from(`\ufeff${text}`)),
    objects.map((text) => Buffer.from(text, 'utf16le')),
    objects.map((text) => Buffer.from(text.slice(0, -1))),
    objects.map((text) => gzipSync(text)),
    fc
      .constantFrom('['.repeat(60_000), `{"x":"${'x'.repeat(270_000)}"}`, '{"a":'.repeat(10_000))
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  )
}

function oddTargets(paths: string[]): fc.Arbitrary<string> {
  const filled = fc
    .tuple(fc.constantFrom(...paths), strings, encodings)
    .map(([path, text, encode]) => path.replaceAll(/\{[^}]*\}/g, () => attempt(encode, text)))
  const near = paths.flatMap((path) => [`${path}/`, `${path}/b`, path.toUpperCase(), `/.well-known/..${path}`])
  return fc.oneof(
    { weight: 8, arbitrary: filled },
    fc.constantFrom(...near, '/', '//', '/%', '/%c3%28', '/livez', '/readyz', '/legal', '/logo.png', '/mcp'),
    fc.constantFrom('/openapi.yaml', '/.well-known/ai-plugin.json', '/oauth/token', '/oauth/authorize'),
    strings.map((text) => `/${encodeURI(text.toWellFormed())}`),
  )
}

const oddQueries = (names: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(names, values, encodings), { maxLength: 4 })
    .map((pairs) => pairs.map(([name, value, encode]) => `${name}=${attempt(encode, String(value))}`).join('&'))

/** Beside a valid token no invalid ones: a server blocks a sender of many invalid tokens. */
const oddHeaders = (authorization: string | undefined): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(
    fc.constantFrom(
      ...['content-type', 'content-encoding', 'origin', 'x-request-id', 'if-none-match', 'accept', 'expect'],
      ...['x-forwarded-for', 'range', 'access-control-request-method', 'host'],
      ...(authorization === undefined ? ['authorization'] : []),
    ),
    fc.oneof(
      fc.constantFrom(
        ...['application/json', 'application/json; charset=utf-8', 'application/json;', 'text/plain'],
        ...['multipart/form-data', 'gzip', 'br', 'null', 'https://chatgpt.com', 'https://evil.example', '*'],
        ...['Bearer x', 'Basic eDp5', '100-continue', 'localhost', 'evil.example'],
      ),
      // No HTTP client sends other characters.
      strings.map((text) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '')),
    ),
    { maxKeys: 2 },
  )

const attempt = (encode: (text: string) => string, text: string): string =>
  encode(text.toWellFormed()).replaceAll(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()))
