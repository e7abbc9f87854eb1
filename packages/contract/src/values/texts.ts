import type { Schema } from '../spec/spec.ts'
import { toExpression } from './forms.ts'

type FastCheck = typeof import('fast-check')

/** A text of a format, which differs for each `turn`. */
const formats: Record<string, (turn: number) => string> = {
  date: (turn) => `2026-01-${String((turn % 28) + 1).padStart(2, '0')}`,
  'date-time': (turn) => `2026-01-31T12:${String(turn % 60).padStart(2, '0')}:00Z`,
  time: () => '12:00:00Z',
  duration: () => 'P1D',
  email: (turn) => `contract${turn}@example.com`,
  'idn-email': (turn) => `contract${turn}@example.com`,
  uri: (turn) => `https://example.com/contract/${turn}`,
  url: (turn) => `https://example.com/contract/${turn}`,
  iri: (turn) => `https://example.com/contract/${turn}`,
  'uri-reference': (turn) => `/contract/${turn}`,
  'uri-template': () => '/contract/{id}',
  uuid: (turn) => `123e4567-e89b-42d3-a456-${(0x426614174000 + turn).toString(16)}`,
  hostname: (turn) => `contract${turn}.example.com`,
  'idn-hostname': (turn) => `contract${turn}.example.com`,
  ipv4: (turn) => `192.0.2.${(turn % 250) + 1}`,
  ipv6: (turn) => `2001:db8::${((turn % 0xffff) + 1).toString(16)}`,
  'json-pointer': () => '/contract',
  'relative-json-pointer': () => '0/contract',
  regex: () => '^contract$',
  byte: () => 'Y29udHJhY3Q=',
  base64: () => 'Y29udHJhY3Q=',
  int64: (turn) => String(turn),
  int32: (turn) => String(turn),
  decimal: () => '1.5',
}

/** Formats of free text. */
const freeFormats = new Set([undefined, '', 'password', 'binary', 'text', 'string'])

/** Whether any text may be sent, within its length. */
export const isFreeText = ({ type, enum: choices, const: only, format, pattern }: Schema): boolean =>
  [type].flat().includes('string') && !choices && only === undefined && freeFormats.has(format as string) && !pattern

/** Where texts come from. */
export interface TextSource {
  fc: FastCheck
  /** Of what is made at random, by a pattern. */
  seed: number
  /** Texts that were made by a pattern, by the pattern and the lengths. */
  made: Map<string, { left: string[]; used: Set<string> }>
}

/** A text for one form of a schema, a different one for each `turn` where the schema leaves a choice. */
export function makeText(
  { format, pattern, minLength = 0, maxLength }: Schema,
  turn: number,
  source: TextSource,
): string {
  const [least, most] = [Number(minLength), Number(maxLength ?? 1000)]
  const known = Object.hasOwn(formats, String(format)) ? formats[String(format)]?.(turn) : undefined
  if (typeof pattern === 'string') {
    const fits = known !== undefined && known.length >= least && known.length <= most
    if (fits && toExpression(pattern)?.test(known)) return known
    const made = makeByPattern(pattern, least, most, turn, source)
    if (made !== undefined) return made
  }
  if (known !== undefined) return known
  const mark = turn.toString(36)
  const word = most >= 8 + mark.length ? `contract${mark}` : `contract${mark}`.slice(-most || undefined).slice(0, most)
  return word.padEnd(least, 'x')
}

/** A text that matches, the short and printable ones first, and none again as long as there are others. */
function makeByPattern(
  pattern: string,
  least: number,
  most: number,
  turn: number,
  { fc, seed, made }: TextSource,
): string | undefined {
  const key = `${least} ${most} ${pattern}`
  const known = made.get(key) ?? { left: [], used: new Set() }
  made.set(key, known)
  try {
    if (known.left.length === 0) known.left = samples(pattern, fc, seed + turn, [least, most])
  } catch {
    return undefined
  }
  const index = known.left.findIndex((text) => !known.used.has(text))
  const [text] = known.left.splice(0, Math.max(0, index) + 1).slice(-1)
  if (text !== undefined) known.used.add(text)
  return text
}

function samples(pattern: string, fc: FastCheck, seed: number, [least, most]: [number, number]): string[] {
  const expression = toExpression(pattern)
  if (!expression) return []
  const found = fc
    .sample(fc.stringMatching(expression), { numRuns: 60, seed })
    .filter((text) => [...text].length >= least && [...text].length <= most)
  const oddness = (text: string): number => (/^[\x21-\x7e]+$/.test(text) ? 0 : /^[\x20-\x7e]*$/.test(text) ? 1 : 2)
  // Half of them, because the rest is odd or long.
  return [...new Set(found)].sort((a, b) => oddness(a) - oddness(b) || a.length - b.length).slice(0, 30)
}
