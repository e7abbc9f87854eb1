import { isExactNumber, isNumber, keyOf } from '@reference-plugins/reader/exact-json'
import { asArray, asObject, type SpecOperation } from '../spec/spec.ts'
import type { CallValues } from './call-values.ts'
import type { Exchange } from './client.ts'

/** What one call was, and how it was answered. */
export interface Lesson {
  operation: Pick<SpecOperation, 'id' | 'method' | 'path' | 'links'>
  values: CallValues
  exchange: Pick<Exchange, 'status' | 'headers' | 'json' | 'url'>
}

/** An input for which a value is looked for. */
export interface Wanted {
  name: string
  resource: string
  place?: string
  operation?: string
}

const mostFacts = 300

/** Values from earlier answers, by the inputs that they fit. */
export class Pool {
  /** By the resource whose answers have them, such as `note`, and by their name. Without a resource: from any. */
  readonly #values = new Map<string, unknown[]>()
  readonly #made = new Set<unknown>()
  readonly #versions = new Map<unknown, unknown>()
  /** The members of the newest object that was seen with an id, by the id. */
  readonly #facts = new Map<unknown, Readonly<Record<string, unknown>>>()
  /** The path values with which an id was learnt: those of the things that it belongs to. */
  readonly #parents = new Map<unknown, Record<string, unknown>>()
  /** By the operation for which a link of the spec names them. */
  readonly #linked = new Map<string, Record<string, unknown>>()
  readonly #tags = new Map<string, string>()
  /** The path and query values of accepted calls, each with the name of its input. */
  readonly #accepted = new Set<string>()
  readonly #templates: Template[]
  /** The names that inputs have: members with such a name are worth keeping. */
  readonly #wanted: ReadonlySet<string>

  constructor(operations: readonly SpecOperation[] = []) {
    this.#templates = [...new Set(operations.map(({ path }) => path))].map(toTemplate)
    this.#wanted = new Set(
      operations.flatMap(({ inputs }) =>
        inputs.filter(({ place }) => place === 'path' || place === 'query').map(({ name }) => normal(name)),
      ),
    )
  }

  /** Learns from an answer with 2xx: ids and keys, addresses, links, versions and tags. */
  learn({ operation, values, exchange }: Lesson): void {
    const { json, headers } = exchange
    for (const [name, value] of Object.entries({ ...values.query, ...values.path }))
      this.#accepted.add(inputKey(operation.path, name, value))
    const isNew = operation.method === 'POST'
    const before = isNew ? new Set([...this.#values.values()].flat().map(keyOf)) : undefined
    this.#learnFrom(json, resourceOf(operation.path), values.path, 0)
    for (const address of [headers.location, headers['content-location']]) if (address) this.#learnAddress(address)
    if (before)
      for (const one of [...this.#values.values()].flat().map(keyOf)) if (!before.has(one)) this.#made.add(one)
    if (headers.etag) this.#tags.set(placeOf(operation.path, values), headers.etag)
    for (const link of operation.links) {
      if (!isStatus(link.status, exchange.status)) continue
      const found = Object.entries(link.parameters).flatMap(([name, expression]) => {
        const value = evaluate(expression, { operation, values, exchange })
        return value === undefined ? [] : [[name.replace(/^(path|query|header|cookie)\./, ''), value]]
      })
      this.#linked.set(link.operation, { ...this.#linked.get(link.operation), ...Object.fromEntries(found) })
    }
  }

  /**
   * The values for an input, the most likely first. `resource` is what the input is about: what stands before it in the
   * path, or what the path ends with.
   */
  candidates({ name, resource, place, operation }: Wanted): unknown[] {
    const linked = operation === undefined ? undefined : this.#linked.get(operation)?.[name]
    const key = normal(name)
    const owner = key.replace(/(id|key|slug|code|uuid)$/, '')
    const of = singular(resource)
    const isOwn = place === 'path' || owner === of || owner === '' || key === of
    const places = [
      `${of} ${key}`,
      ...(isOwn ? ['id', 'uuid', 'slug', 'key', 'code'].map((one) => `${of} ${one}`) : []),
      ...(owner && owner !== key ? [`${singular(owner)} id`, `${singular(owner)} ${key}`] : []),
      ` ${key}`,
    ]
    const found = places.flatMap((one) => (this.#values.get(one) ?? []).toReversed())
    const all = linked === undefined ? found : [linked, ...found]
    return [...new Map(all.map((one) => [keyOf(one), one])).values()]
  }

  /** Every id that was learnt, the newest of each resource first. */
  ids(): unknown[] {
    return [...this.#values]
      .filter(([place]) => place.endsWith(' id') && place !== ' id')
      .flatMap(([, list]) => list.slice(-2))
  }

  /** The newest value for an input. Undefined where none was learnt. */
  find({ name }: { name: string }, resource: string): unknown {
    return this.candidates({ name, resource })[0]
  }

  /** Whether this run has created it. */
  isMade(value: unknown): boolean {
    return this.#made.has(keyOf(value))
  }

  /** Whether an operation that names the same thing was accepted with this value. */
  isAccepted(path: string, name: string, value: unknown): boolean {
    return this.#accepted.has(inputKey(path, name, value))
  }

  /** The last version of the item with this id. Undefined where none was seen. */
  versionOf(id: unknown): unknown {
    return this.#versions.get(keyOf(id))
  }

  /** What was last seen of the item with this id, such as its price. */
  factsOf(id: unknown): Readonly<Record<string, unknown>> {
    return this.#facts.get(keyOf(id)) ?? {}
  }

  /** The ETag of what a path addresses. Undefined where none was seen. */
  tagOf(path: string, values: CallValues): string | undefined {
    return this.#tags.get(placeOf(path, values))
  }

  /** The other path values with which this one was learnt. */
  parentsOf(value: unknown): Readonly<Record<string, unknown>> {
    return this.#parents.get(keyOf(value)) ?? {}
  }

  forget(value: unknown): void {
    for (const [name, values] of this.#values)
      this.#values.set(
        name,
        values.filter((one) => keyOf(one) !== keyOf(value)),
      )
  }

  #keepFacts(id: unknown, members: Readonly<Record<string, unknown>>): void {
    this.#facts.delete(id)
    this.#facts.set(id, members)
    const [oldest] = this.#facts.keys()
    if (this.#facts.size > mostFacts) this.#facts.delete(oldest)
  }

  #learnFrom(answer: unknown, resource: string, parents: Record<string, unknown>, depth: number): void {
    if (depth > 5 || answer === null || typeof answer !== 'object' || isExactNumber(answer)) return
    if (Array.isArray(answer)) {
      for (const one of answer.slice(0, 5)) this.#learnFrom(one, resource, parents, depth + 1)
      return
    }
    const { id, version, revision } = answer as Record<string, unknown>
    if (id !== undefined && (version ?? revision) !== undefined) this.#versions.set(keyOf(id), version ?? revision)
    if (id !== undefined) this.#keepFacts(keyOf(id), answer as Record<string, unknown>)
    for (const [name, value] of Object.entries(answer)) {
      if (value !== null && typeof value === 'object' && !isExactNumber(value)) {
        // An envelope such as data has no things of its own kind.
        const isEnvelope = /^(data|items|results?|records?|entries|content|list|values|_embedded|hits)$/i.test(name)
        this.#learnFrom(value, isEnvelope ? resource : name, parents, depth + 1)
      } else if (typeof value === 'string' && /^(\/|https?:\/\/)/.test(value)) this.#learnAddress(value)
      if (
        (typeof value === 'string' || isNumber(value)) &&
        value !== '' &&
        (isKey(name) || this.#wanted.has(normal(name)))
      ) {
        this.#add(resource, name, value)
        if (Object.keys(parents).length > 0 && !Object.values(parents).includes(value))
          this.#parents.set(keyOf(value), parents)
      }
    }
  }

  /** The path values in an address that is one of the paths of the spec. */
  #learnAddress(address: string): void {
    const path = URL.parse(address, 'http://localhost/')?.pathname
    if (path === undefined) return
    for (const { expression, names, resources } of this.#templates) {
      const found = names.length > 0 ? expression.exec(path) : null
      if (!found) continue
      const texts = found.slice(1).map(decoded)
      const values = Object.fromEntries(names.map((name, index) => [name, texts[index]]))
      names.forEach((name, index) => {
        const value = texts[index]
        if (value === undefined) return
        this.#add(resources[index] ?? '', name, value)
        const { [name]: _, ...parents } = values
        if (Object.keys(parents).length > 0) this.#parents.set(keyOf(value), parents)
      })
    }
  }

  #add(resource: string, name: string, value: unknown): void {
    for (const place of [`${singular(resource)} ${normal(name)}`, ` ${normal(name)}`]) {
      const values = (this.#values.get(place) ?? []).filter((one) => keyOf(one) !== keyOf(value))
      this.#values.set(place, [...values.slice(-50), value])
    }
  }
}

interface Template {
  expression: RegExp
  names: string[]
  /** What stands before each name. */
  resources: string[]
}

function toTemplate(path: string): Template {
  const names = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)
  const fixed = path.split(/\{[^{}]*\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'))
  return {
    expression: new RegExp(`${fixed.join('([^/]+)')}$`),
    names,
    resources: names.map((name) => resourceBefore(path, name)),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const isKey = (name: string): boolean =>
  /(^|_)(id|key|slug|symbol|code|uuid|guid|version|revision|sku|isbn|login|username|handle)$/i.test(name) ||
  /[a-z](Id|ID|Key|Code|Slug|Uuid)$/.test(name)

const isStatus = (described: string, status: number): boolean =>
  described === String(status) || described.toUpperCase() === `${Math.floor(status / 100)}XX` || described === 'default'

const inputKey = (path: string, name: string, value: unknown): string =>
  `${path.includes(`{${name}}`) ? resourceBefore(path, name) : ''} ${name} ${keyOf(value)}`

const placeOf = (path: string, { path: values }: CallValues): string => `${path} ${JSON.stringify(values)}`

/** A runtime expression of OpenAPI: `$response.body#/id`. Undefined where it leads to nothing. */
function evaluate(expression: unknown, { values, exchange }: Lesson): unknown {
  if (typeof expression !== 'string') return expression
  if (!expression.startsWith('$')) return /\{\$/.test(expression) ? undefined : expression
  const [, source = '', part = '', name = '', pointer = ''] =
    /^\$(response|request|url)(?:\.(body|header|path|query))?(?:\.([^#]+))?(?:#(.*))?$/.exec(expression) ?? []
  if (source === 'url') return exchange.url
  const body = source === 'response' ? exchange.json : values.body?.value
  if (part === 'body') return at(body, pointer)
  if (source === 'response') return part === 'header' ? exchange.headers[name.toLowerCase()] : undefined
  return part === 'header' || part === 'path' || part === 'query' ? values[part][name] : undefined
}

const at = (node: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((found, step) => (Array.isArray(found) ? asArray(found)[Number(step)] : asObject(found)[step]), node)

const normal = (name: string): string => name.toLowerCase().replaceAll(/[_-]/g, '')
const singular = (word: string): string =>
  normal(word)
    .replace(/ies$/, 'y')
    .replace(/(ss|us)$|s$/, '$1')

/** The last part of a path that is not a parameter: `notes` of `/notes/{id}`. */
export const resourceOf = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && !part.includes('{'))
    .at(-1) ?? ''

/** What a path parameter is one of: `users` for `userId` in `/users/{userId}/notes/{id}`. */
export const resourceBefore = (path: string, name: string): string => resourceOf(path.split(`{${name}}`)[0] ?? '')
