import { z } from 'zod'
import { toNumber } from './json.ts'
import type { Operation } from './operation.ts'
import { Problem } from './problem.ts'
import { type Fits, listTexts, readListText } from './query-list.ts'
import { inputSchema, type JsonSchema } from './schema.ts'
import { restorePlus } from './time-format.ts'

export type Place = 'path' | 'query' | 'body'

/** One input: its name, its place, and how its text is converted. */
export interface Field {
  readonly name: string
  readonly place: Place
  /** Undefined for an input that is text. */
  readonly convert: ((text: string) => unknown) | undefined
  readonly list: boolean
  /** Whether a value may be an item of this list. */
  readonly fits: Fits
}

/** A name in {braces} is in the path. Other inputs are in the query of a GET or DELETE, or in the JSON body. */
export function fieldsOf({ method, path, input }: Operation): Field[] {
  const { properties } = inputSchema(input, '3.1.0')
  const rest: Place = method === 'GET' || method === 'DELETE' ? 'query' : 'body'
  return Object.entries(properties).map(([name, schema]) => {
    const list = schema.type === 'array'
    const { type, format } = list ? (schema.items as JsonSchema) : schema
    const convert = format === 'date-time' ? restorePlus : converters[String(type)]
    const fits: Fits = list ? fitsItem(input.shape[name]) : () => false
    return { name, place: path.includes(`{${name}}`) ? 'path' : rest, list, convert, fits }
  })
}

/** The schema of the items, inside whatever makes the list optional. */
function fitsItem(schema: unknown): Fits {
  let inner = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodNullable)
    inner = inner.unwrap()
  return inner instanceof z.ZodArray ? (item) => z.safeParse(inner.element, item).success : () => true
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

// Text that cannot be converted stays text, so that the schema refuses it with a message of its own.
const converters: Record<string, ((text: string) => unknown) | undefined> = {
  number: (text) => (jsonNumber.test(text) ? toNumber(text) : text),
  integer: (text) => (jsonNumber.test(text) ? toNumber(text) : text),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : text),
}

export interface Received {
  params: Record<string, string>
  /** Without the question mark. */
  querystring: string
  /** The JSON body, or undefined if there was none. */
  body: Record<string, unknown> | undefined
}

/**
 * Collects the flat input from path, query and body. Names that the operation does not have are ignored, because some
 * assistants repeat the values of the path and the query in the body. A DELETE may send its query inputs in a JSON body
 * too.
 */
export function readInput(fields: readonly Field[], { params, querystring, body }: Received): Record<string, unknown> {
  const query = querystring === '' ? undefined : parseQuery(querystring)
  const input: Record<string, unknown> = {}
  for (const field of fields) {
    const { name, place, convert } = field
    if (place === 'path') {
      const text = params[name] as string
      input[name] = convert ? convert(text) : text
      continue
    }
    const texts = place === 'query' && query ? (field.list ? listTexts(query, name) : query.get(name)) : undefined
    if (texts) input[name] = fromQuery(field, texts)
    if (body && Object.hasOwn(body, name)) {
      if (texts && body[name] !== input[name])
        throw new Problem(400, `${name} is given twice, in the query and in the body: send it once, in the query`)
      input[name] = body[name]
    }
  }
  return input
}

function fromQuery({ name, list, convert, fits }: Field, texts: string[]): unknown {
  if (list) return texts.flatMap((text) => readListText(text, convert ?? String, fits))
  if (texts.length > 1) throw new Problem(400, `${name} is given ${texts.length} times in the query: send it once`)
  const text = texts[0] as string
  return convert ? convert(text) : text
}

/** Reads a query like URLSearchParams, but refuses text that is not percent-encoded UTF-8 instead of replacing it. */
function parseQuery(querystring: string): Map<string, string[]> {
  const query = new Map<string, string[]>()
  for (const pair of querystring.split('&')) {
    const [name = '', ...value] = pair.split('=').map(decode)
    const texts = query.get(name)
    if (texts) texts.push(value.join('='))
    else query.set(name, [value.join('=')])
  }
  return query
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Problem(400, 'The query is not percent-encoded UTF-8: encode each value, as encodeURIComponent does')
  }
}
