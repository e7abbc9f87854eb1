import { isNumber, numberText } from '@reference-plugins/reader/exact-json'
import type { Exchange } from '../calls/client.ts'
import { resourceOf } from '../calls/pool.ts'
import type { SpecOperation } from '../spec/spec.ts'
import { idOf, idText, thingIn } from '../state/things.ts'

/** The words of a name: `createdAt` and `created_at` are the same. */
export const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean)

const fleeting = new Set(
  ['date', 'time', 'timestamp', 'now', 'at', 'nonce', 'trace', 'span', 'request', 'correlation', 'took', 'duration']
    .concat(['elapsed', 'latency', 'uptime', 'signature', 'etag', 'replay', 'replayed', 'idempotent', 'expires'])
    .concat(['expiry', 'remaining', 'quota', 'attempt', 'attempts', 'cached', 'version', 'revision', 'token', 'eta'])
    .concat(['modified', 'updated', 'created', 'estimate', 'estimated', 'self', 'href']),
)

/** Whether a member may differ in each answer, whatever was done. */
export const isFleeting = (name: string): boolean => wordsOf(name).some((word) => fleeting.has(word))

/** Where two values differ, without what may differ in each answer. Undefined where they are the same. */
export function difference(
  a: unknown,
  b: unknown,
  isIgnored: (name: string) => boolean = isFleeting,
  place = '',
): string | undefined {
  if (isNumber(a) && isNumber(b)) return numberText(a) === numberText(b) ? undefined : place || 'the answer'
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object')
    return a === b ? undefined : place || 'the answer'
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  for (const name of names) {
    if (isIgnored(name)) continue
    const [one, other] = [a, b].map((node) => (node as Record<string, unknown>)[name])
    const found = difference(one, other, isIgnored, place === '' ? name : `${place}.${name}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Where two answers differ. */
export const answerDifference = (a: Exchange, b: Exchange): string | undefined =>
  a.json === undefined && b.json === undefined
    ? a.text === b.text
      ? undefined
      : 'the text'
    : difference(a.json, b.json)

/** Which thing an answer is about: its id, or what Location names. Undefined where it does not say. */
export function identityOf({ path }: SpecOperation, { json, headers }: Exchange): string | undefined {
  const id = idOf(json, undefined, resourceOf(path)) ?? idOf(thingIn(json, {}), undefined, resourceOf(path))
  return id === undefined ? headers.location : idText(id)
}
