import type { DocumentOperation, Field, HttpTarget, PluginDocument } from '../plugin-document.ts'
import { memberOf } from '../text/members.ts'
import { quote } from '../text/plain-text.ts'
import { type BodyText, bodyText } from './body.ts'
import { RequestRefused } from './request-refused.ts'
import { encode, headerText, pathText, queryPairs } from './styles.ts'

/** A request without its server and credentials. */
export interface WrittenRequest {
  method: string
  /** Encoded. A parameter without a value stays in its braces. */
  path: string
  /** Encoded, without the question mark; empty where there is none. */
  query: string
  headers: Record<string, string>
  body: BodyText | undefined
}

/**
 * Writes the arguments of an operation into a request, in the styles of OpenAPI. Nothing is checked: use
 * `toRequest` for arguments from a model.
 */
export function writeRequest(
  { method, path, query, fields, body }: HttpTarget,
  given: Record<string, unknown>,
): WrittenRequest {
  const at = (place: Field['place']): [Field, unknown][] =>
    fields
      .filter((field) => field.place === place)
      .map((field): [Field, unknown] => [field, memberOf(given, field.name)])
      .filter(([, value]) => value !== undefined && (value !== null || place === 'body'))
  const texts = new Map(at('path').map(([field, value]) => [field.wireName, pathText(field, value)]))
  const pairs = [...query, ...at('query').flatMap(([field, value]) => queryPairs(field, value))]
  const cookies = at('cookie').flatMap(([field, value]) => queryPairs(field, value))
  const headers = at('header').map(([field, value]) => [field.wireName.toLowerCase(), headerText(field, value)])
  const inBody = at('body')
  return {
    method,
    path: path.replaceAll(/\{([^{}]*)\}/g, (template, name: string) => texts.get(name) ?? template),
    query: pairs.map(([name, value]) => `${encode(name)}=${value}`).join('&'),
    headers: {
      ...Object.fromEntries(headers),
      ...(cookies.length > 0 && { cookie: cookies.map(([name, value]) => `${encode(name)}=${value}`).join('; ') }),
    },
    body:
      body &&
      bodyText(
        body,
        inBody.map(([field, value]) => ({ ...field, value })),
        inBody.find(([field]) => field.name === body.whole)?.[1],
      ),
  }
}

/** A request without its credentials. */
export interface OperationRequest {
  method: string
  url: string
  headers: Record<string, string>
  /** The text of the body. Where there are bytes, it shows them. */
  body?: string
  /** What is sent in place of the text, where it contains files that are not text. */
  bytes?: Uint8Array
}

/**
 * The request of a call, for arguments that `checkArguments` has checked. No argument can change the host or the path.
 * @throws RequestRefused for a path value that would, and for an operation that is not called over HTTP.
 */
export function toRequest(
  document: Pick<PluginDocument, 'server'>,
  { target }: DocumentOperation,
  given: Record<string, unknown>,
): OperationRequest {
  if (target.kind !== 'http') throw new RequestRefused('This operation is a tool of an MCP server and has no URL.')
  for (const [, name] of target.path.matchAll(/\{([^{}]*)\}/g)) {
    const field = target.fields.find((one) => one.place === 'path' && one.wireName === name)
    if (((field && memberOf(given, field.name)) ?? '') === '')
      throw new RequestRefused(`${quote(name)} is missing; the URL needs it.`)
  }
  const { method, path, query, headers, body } = writeRequest(target, given)
  const url = urlOf(document.server, target.path, path) + (query && `?${query}`)
  const accepting = { accept: 'application/json, */*;q=0.5', ...headers }
  // Most servers expect the object that is described, even an empty one; a DELETE is better without a body.
  const isEmpty = body && method === 'DELETE' && !target.body?.whole && !hasBodyValue(target, given)
  if (!body || isEmpty) return { method, url, headers: accepting }
  const sent = { ...accepting, 'content-type': body.type }
  return { method, url, headers: sent, body: body.text, ...(body.bytes && { bytes: body.bytes }) }
}

const hasBodyValue = ({ fields }: HttpTarget, given: Record<string, unknown>): boolean =>
  fields.some(({ place, name }) => place === 'body' && memberOf(given, name) !== undefined)

function urlOf(server: string, template: string, path: string): string {
  const base = new URL(server)
  const prefix = base.pathname.replace(/\/+$/, '')
  // A browser reads %2e as a dot, and so do servers.
  for (const part of path.split('/'))
    if (/^(?:\.|%2e){1,2}$/i.test(part)) throw new RequestRefused(`${quote(part)} cannot be a part of the URL.`)
  const url = URL.parse(`${base.origin}${prefix}${path}`)
  const count = (text: string): number => text.split('/').length
  if (
    !url ||
    url.origin !== base.origin ||
    count(url.pathname) !== count(prefix + template) ||
    url.hash !== '' ||
    url.search !== ''
  )
    throw new RequestRefused('These values do not make a URL of the plugin.')
  return url.href
}
