import { isNumber, numberText } from '../exact-json.ts'
import type { Field } from '../plugin-document.ts'
import { isObject } from '../text/members.ts'

/** Half a surrogate pair has no encoding. */
export const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

/** A value as one string. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  if (isNumber(value)) return numberText(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])

const separators = { repeated: ',', comma: ',', space: '%20', bar: '%7C', tab: '%09' } as const

/** A value in the query or a cookie: pairs of a name as it is and a value that is encoded already. */
export function queryPairs(field: Field, value: unknown): [name: string, value: string][] {
  const { wireName, list, object } = field
  if (Array.isArray(value)) {
    if (value.length === 0) return []
    if (object === 'json' && list === undefined) return [[wireName, encode(JSON.stringify(value))]]
    const texts = value.map((one) => encode(textOf(one)))
    if (list === undefined || list === 'repeated') return texts.map((text) => [wireName, text])
    return [[wireName, texts.join(separators[list])]]
  }
  if (!isObject(value)) return [[wireName, encode(textOf(value))]]
  if (object === 'members') return membersOf(value).map(([name, one]) => [name, encode(textOf(one))])
  if (object === 'brackets') return membersOf(value).map(([name, one]) => [`${wireName}[${name}]`, encode(textOf(one))])
  return [[wireName, partsOf(field, value, encode).join(',')]]
}

/** A value in the path, encoded. */
export function pathText(field: Field, value: unknown): string {
  const { wireName, prefix, list, object } = field
  const parts = partsOf(field, value, encode)
  if (prefix === undefined) return parts.join(',')
  const isExploded = Array.isArray(value) ? list === 'repeated' : object === 'equals'
  if (prefix === 'label') return `.${parts.join(isExploded ? '.' : ',')}`
  if (!isExploded) return `;${encode(wireName)}=${parts.join(',')}`
  return parts.map((part) => (Array.isArray(value) ? `;${encode(wireName)}=${part}` : `;${part}`)).join('')
}

/** A value in a header: nothing but printable Latin, so that no value can begin another header. */
export function headerText(field: Field, value: unknown): string {
  const text = partsOf(field, value, (one) => one)
    .join(',')
    .trim()
  return /^[\x20-\x7E]*$/.test(text) ? text : encode(text)
}

/** The parts of a list or an object that a separator comes between; one part of anything else. */
function partsOf({ object }: Field, value: unknown, written: (text: string) => string): string[] {
  if (Array.isArray(value) && object !== 'json') return value.map((one) => written(textOf(one)))
  if (isObject(value) && (object === 'pairs' || object === 'equals'))
    return membersOf(value).flatMap(([name, one]) => {
      const pair = [written(name), written(textOf(one))]
      return object === 'equals' ? [pair.join('=')] : pair
    })
  return [written(textOf(value))]
}

const membersOf = (value: object): [name: string, value: unknown][] =>
  Object.entries(value)
    .filter(([, one]) => one !== null && one !== undefined)
    .flatMap(([name, one]) => listOf(one).map((item): [string, unknown] => [name, item]))
