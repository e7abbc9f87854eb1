import { type ExactNumber, isNumber, numberText } from '@reference-plugins/reader/exact-json'
import type { Exchange } from '../calls/client.ts'
import { asObject, type Schema } from '../spec/spec.ts'

/** What says which thing is meant. */
export type Id = string | number | ExactNumber

/** The lists of an answer are one or two levels down: `data`, `notes`, `_embedded.notes`. */
export function itemsOf(json: unknown): unknown[] | undefined {
  if (Array.isArray(json)) return json
  const levels = [asObject(json), ...Object.values(asObject(json)).map(asObject)]
  for (const level of levels) {
    const lists = Object.entries(level).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
    const named = lists.find(([name]) =>
      /^(data|items|results?|records?|entries|content|values|hits|list)$/i.test(name),
    )
    // Of two lists nobody knows which one is meant.
    if (named ?? (lists.length === 1 && lists[0])) return (named ?? lists[0])?.[1]
    if (lists.length > 1) return lists.find(([, list]) => list.some((one) => typeof one === 'object'))?.[1]
  }
  return undefined
}

const normal = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')
const singular = (word: string): string => normal(word).replace(/ies$/, 'y').replace(/s$/, '')

/** The names that the id of a thing may have, the most likely first. `key` is the name in its path. */
const idNames = (key: string | undefined, resource: string): string[] => [
  ...(key === undefined ? [] : [normal(key)]),
  'id',
  'uuid',
  'guid',
  `${singular(resource)}id`,
  singular(resource),
  'slug',
  'key',
]

/** What says which one an object is. Undefined where nothing does. */
export function idOf(thing: unknown, key: string | undefined, resource: string): Id | undefined {
  const members = Object.entries(asObject(thing))
  for (const wanted of idNames(key, resource)) {
    const found = members.find(([name, value]) => normal(name) === wanted && isScalar(value))
    if (found) return found[1] as Id
  }
  return undefined
}

const isScalar = (value: unknown): value is Id => (typeof value === 'string' && value !== '') || isNumber(value)

/** An id as it stands in a path. */
export const idText = (id: unknown): string => (isNumber(id) ? numberText(id) : String(id))

/** The object of an answer that is the thing: the answer itself, or a member such as `data` or `note`. */
export function thingIn(json: unknown, sent: Readonly<Schema>): Schema {
  const names = Object.keys(sent)
  const shared = (node: Schema): number => names.filter((name) => Object.hasOwn(node, name)).length
  const top = asObject(json)
  const below = Object.values(top).map(asObject)
  const deeper = below.flatMap((node) => Object.values(node).map(asObject))
  const [best = top] = [top, ...below, ...deeper].toSorted((a, b) => shared(b) - shared(a))
  return shared(best) > 0 ? best : (below.find((node) => Object.hasOwn(node, 'id')) ?? top)
}

/** The item of a list that is the thing, by its id or by a text that only it has. */
export function itemOf(
  items: readonly unknown[],
  { id, canary }: { id: unknown; canary: string },
  key: string | undefined,
  resource: string,
): unknown {
  const byId = id === undefined ? undefined : items.find((one) => idText(idOf(one, key, resource)) === idText(id))
  return byId ?? items.find((one) => JSON.stringify(one)?.includes(canary))
}

/** A count of all that the server has, with the place where it stands. */
export function totalOf({
  json,
  headers,
}: Pick<Exchange, 'json' | 'headers'>): { name: string; value: number } | undefined {
  const header = headers['x-total-count'] ?? headers['x-total']
  if (header !== undefined && /^\d+$/.test(String(header))) return { name: 'X-Total-Count', value: Number(header) }
  if (Array.isArray(json)) return undefined
  for (const level of [
    asObject(json),
    ...['meta', 'pagination', 'paging', 'page', 'page_info'].map((name) => asObject(asObject(json)[name])),
  ])
    for (const [name, value] of Object.entries(level))
      if (
        Number.isInteger(value) &&
        (/^total(_?(count|items|results|elements|size|records|hits))?$/i.test(name) ||
          // Beside links to other pages, as Django REST framework has it.
          (name === 'count' && Object.hasOwn(level, 'next')))
      )
        return { name, value: value as number }
  return undefined
}

/** A count beside a list, which may be of the items that are shown or of all that there are. */
export function countOf({ json }: Pick<Exchange, 'json'>): { name: string; value: number } | undefined {
  const found = Array.isArray(json)
    ? undefined
    : Object.entries(asObject(json)).find(
        ([name, value]) =>
          Number.isInteger(value) &&
          /^(count|size|length|(num|result|item|hit)s?_?(count|results|items)?)$/i.test(name),
      )
  return found && { name: found[0], value: found[1] as number }
}

/** Members that the server sets anew at each change. */
export const isServersOwn = (name: string): boolean => /updat|modif|version|revision|etag|^rev$/i.test(name)

export const isSecret = (name: string): boolean =>
  /pass(word|phrase|code)?$|secret|token|otp|^pin$|captcha|card|cvv|cvc|iban|ssn|private|credential|api_?key|signature/i.test(
    name,
  )

/** Whether two values of JSON are the same, whatever the order of their members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, index) => isSame(one, b[index]))
    )
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => isSame((a as Schema)[name], (b as Schema)[name]))
}
