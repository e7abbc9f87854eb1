import type { DocumentOperation, Field, PluginDocument } from '../plugin-document.ts'
import { isObject, listOfAny } from '../text/members.ts'
import { shortHash } from '../text/names.ts'
import { quote } from '../text/plain-text.ts'

/** What is sent for a call, but for the credentials. */
export interface OperationRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string
}

/** These arguments cannot be sent. The message says why, for the model. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
}

/**
 * The request for a call with arguments that were checked. No argument can lead to another host or another path.
 * @throws RequestRefused for a path value that would, and for an operation that is not called by HTTP.
 */
export function toRequest(
  document: Pick<PluginDocument, 'server'>,
  operation: DocumentOperation,
  given: Record<string, unknown>,
): OperationRequest {
  const { target } = operation
  if (target.kind !== 'http')
    throw new RequestRefused('The operation is a tool of an MCP server and has no request of its own.')
  const valueFor = (field: Field): unknown => (Object.hasOwn(given, field.name) ? given[field.name] : undefined)
  const at = (place: Field['place']): { field: Field; value: unknown }[] =>
    target.fields
      .filter((field) => field.place === place)
      .map((field) => ({ field, value: valueFor(field) }))
      .filter(({ value }) => value !== undefined && (value !== null || place === 'body'))
  const query = [...target.query, ...at('query').flatMap(({ field, value }) => queryPairs(field, value))]
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.5' }
  for (const { field, value } of at('header')) headers[field.wireName.toLowerCase()] = headerText(value)
  const url = urlOf(
    document.server,
    target.path,
    new Map(at('path').map(({ field, value }) => [field.wireName, value])),
    query,
  )
  const body = target.body && bodyOf(target.body, at('body'), target.method)
  if (body === undefined) return { method: target.method, url, headers }
  return { method: target.method, url, headers: { ...headers, 'content-type': body.type }, body: body.text }
}

function urlOf(server: string, path: string, values: Map<string, unknown>, query: [string, string][]): string {
  const filled = path.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = values.get(name)
    if (value === undefined || value === null || value === '')
      throw new RequestRefused(`${quote(name)} is missing; it is a part of the address.`)
    return pathText(value)
  })
  const base = new URL(server)
  const prefix = base.pathname.replace(/\/+$/, '')
  // A browser reads %2e as a dot, and so do servers.
  for (const part of filled.split('/'))
    if (/^(?:\.|%2e){1,2}$/i.test(part)) throw new RequestRefused(`${quote(part)} cannot be a part of the address.`)
  const url = URL.parse(`${base.origin}${prefix}${filled}`)
  const count = (text: string): number => text.split('/').length
  if (
    !url ||
    url.origin !== base.origin ||
    count(url.pathname) !== count(prefix + path) ||
    url.hash !== '' ||
    url.search !== ''
  )
    throw new RequestRefused('These values do not make an address of the plugin.')
  const search = query.map(([name, value]) => `${encode(name)}=${value}`).join('&')
  return search === '' ? url.href : `${url.href}?${search}`
}

/** Half a surrogate pair has no encoding. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

const pathText = (value: unknown): string =>
  Array.isArray(value) ? value.map((one) => encode(textOf(one))).join(',') : encode(textOf(value))

/** One value in one text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const separators = { comma: ',', space: '%20', bar: '%7C' } as const

/** Pairs of a name as it is and a value that is encoded already. */
function queryPairs(field: Field, value: unknown): [string, string][] {
  const { wireName, list, object } = field
  if (Array.isArray(value)) {
    if (value.length === 0) return []
    if (object === 'json' && list === undefined) return [[wireName, encode(JSON.stringify(value))]]
    const texts = value.map((one) => encode(textOf(one)))
    if (list === undefined || list === 'repeated') return texts.map((text) => [wireName, text])
    return [[wireName, texts.join(separators[list])]]
  }
  if (isObject(value)) {
    const pairs = Object.entries(value).filter(([, one]) => one !== null && one !== undefined)
    if (object === 'members')
      return pairs.flatMap(([name, one]) => listOf(one).map((item): [string, string] => [name, encode(textOf(item))]))
    if (object === 'brackets')
      return pairs.flatMap(([name, one]) =>
        listOf(one).map((item): [string, string] => [`${wireName}[${name}]`, encode(textOf(item))]),
      )
    return [[wireName, encode(JSON.stringify(value))]]
  }
  return [[wireName, encode(textOf(value))]]
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? listOfAny(value) : [value])

/** Nothing but printable Latin, so that no value can begin another header. */
function headerText(value: unknown): string {
  const text = (Array.isArray(value) ? value.map(textOf).join(',') : textOf(value)).trim()
  return /^[\x20-\x7E]*$/.test(text) ? text : encode(text)
}

function bodyOf(
  { mediaType, whole }: { mediaType: string; whole?: string },
  inputs: { field: Field; value: unknown }[],
  method: string,
): { type: string; text: string } | undefined {
  if (whole !== undefined) {
    const value = inputs.find(({ field }) => field.name === whole)?.value
    if (value === undefined) return undefined
    return { type: mediaType, text: /json$/.test(mediaType) ? JSON.stringify(value) : textOf(value) }
  }
  // Most servers want an object where one is described, even an empty one; a DELETE is better without.
  if (inputs.length === 0 && method === 'DELETE') return undefined
  const pairs = inputs.map(({ field, value }): [string, unknown] => [field.wireName, value])
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = pairs
      .filter(([, value]) => value !== null)
      .flatMap(([name, value]) => listOf(value).map((one): [string, string] => [name, textOf(one).toWellFormed()]))
    return { type: mediaType, text: new URLSearchParams(form).toString() }
  }
  if (mediaType === 'multipart/form-data') return multipart(pairs)
  return { type: mediaType, text: JSON.stringify(Object.fromEntries(pairs)) }
}

/** Every input a part of its own; a text is all that a model can give of a file. */
function multipart(pairs: [string, unknown][]): { type: string; text: string } {
  const boundary = `----part-${shortHash(JSON.stringify(pairs), 32)}`
  const parts = pairs.flatMap(([name, value]) =>
    value === null
      ? []
      : listOf(value).map(
          (one) =>
            `--${boundary}\r\ncontent-disposition: form-data; name="${name.replaceAll(/[\r\n"]/g, encodeURIComponent)}"\r\n\r\n${textOf(one)}\r\n`,
        ),
  )
  return { type: `multipart/form-data; boundary=${boundary}`, text: `${parts.join('')}--${boundary}--\r\n` }
}
