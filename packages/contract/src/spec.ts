import { load } from 'js-yaml'
import type { Report } from './finding.ts'

export type Schema = { [member: string]: unknown }

export interface Field {
  name: string
  place: 'path' | 'query' | 'header' | 'body'
  required: boolean
  schema: Schema
}

/** One operation of a spec, with every reference replaced by what it refers to. */
export interface SpecOperation {
  id: string
  method: string
  path: string
  fields: Field[]
  /** Whether the spec describes a JSON object as body. */
  hasBody: boolean
  /** The whole schema of the body, where it is JSON. */
  bodySchema: Schema | undefined
  /** By status, `default` included. */
  responses: Record<string, { type: string | undefined; schema: Schema | undefined }>
  isProtected: boolean
  pointer: string
}

export interface Spec {
  document: Schema
  version: '3.0' | '3.1'
  servers: string[]
  operations: SpecOperation[]
}

const longestSpec = 5 * 2 ** 20
const mostNodes = 100_000
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

/** Reads JSON or YAML. Throws an Error whose message says what is wrong. */
export function parseDocument(text: string): Schema {
  if (text.length > longestSpec) throw new Error('it is over 5 MB')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (jsonError) {
    try {
      value = load(text, { maxAliases: 0 } as never)
    } catch (yamlError) {
      throw new Error(
        /^\s*[{[]/.test(text) ? (jsonError as Error).message : (yamlError as Error).message.split('\n')[0],
      )
    }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error('it is no object')
  return value as Schema
}

/** Replaces local references, within limits, so that what is left can be read from top to bottom. */
export class References {
  readonly #document: Schema
  readonly #report: Report
  #nodes = 0

  constructor(document: Schema, report: Report) {
    this.#document = document
    this.#report = report
  }

  resolve(node: unknown, seen: readonly string[] = [], pointer = ''): unknown {
    if (++this.#nodes > mostNodes) {
      if (this.#nodes === mostNodes + 1)
        this.#report.add('spec-reference', 'spec', 'the references grow beyond all measure', { pointer })
      return {}
    }
    if (Array.isArray(node)) return node.map((one) => this.resolve(one, seen, pointer))
    if (node === null || typeof node !== 'object') return node
    const { $ref } = node as { $ref?: unknown }
    if (typeof $ref === 'string') {
      // A circle is legal in a schema; what is behind it may be anything.
      if (seen.includes($ref) || seen.length > 32) return {}
      const target = this.#find($ref)
      if (target === undefined) {
        this.#report.add('spec-reference', 'spec', `${$ref} is not there`, { pointer: $ref })
        return {}
      }
      return this.resolve(target, [...seen, $ref], pointer)
    }
    const result: Schema = {}
    for (const [key, value] of Object.entries(node))
      if (key !== '__proto__') result[key] = this.resolve(value, seen, pointer)
    return result
  }

  #find($ref: string): unknown {
    if (!$ref.startsWith('#/')) return undefined
    let node: unknown = this.#document
    for (const part of $ref.slice(2).split('/')) {
      const name = decodeURIComponentSafely(part).replaceAll('~1', '/').replaceAll('~0', '~')
      if (node === null || typeof node !== 'object' || !Object.hasOwn(node, name)) return undefined
      node = (node as Schema)[name]
    }
    return node
  }
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Reads the operations. What cannot be read is left out; the document checks say so. */
export function readSpec(document: Schema, report: Report): Spec {
  const references = new References(document, report)
  const { openapi, servers = [], paths = {}, security } = document as Record<string, never>
  const operations: SpecOperation[] = []
  for (const [path, item] of Object.entries(asObject(paths)))
    for (const method of methods) {
      const found = asObject(item)[method]
      if (found === null || typeof found !== 'object') continue
      const pointer = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`
      const operation = references.resolve(found, [], pointer) as Schema
      const shared = asArray(references.resolve(asArray(asObject(item).parameters), [], pointer)) as Schema[]
      operations.push(toOperation(path, method, operation, shared, security, pointer))
    }
  const urls = asArray(servers).map((server) => String(asObject(server).url ?? ''))
  return { document, version: String(openapi).startsWith('3.0') ? '3.0' : '3.1', servers: urls, operations }
}

function toOperation(
  path: string,
  method: string,
  operation: Schema,
  shared: Schema[],
  security: unknown,
  pointer: string,
): SpecOperation {
  const fields: Field[] = []
  for (const parameter of [...shared, ...asArray(operation.parameters)].map(asObject)) {
    const place = String(parameter.in) as Field['place']
    if (typeof parameter.name !== 'string' || !['path', 'query', 'header'].includes(place)) continue
    const known = fields.findIndex((field) => field.name === parameter.name && field.place === place)
    const field = {
      name: parameter.name,
      place,
      required: parameter.required === true || place === 'path',
      schema: { description: parameter.description, ...asObject(parameter.schema) },
    }
    if (known >= 0) fields[known] = field
    else fields.push(field)
  }
  const bodySchema = jsonOf(asObject(operation.requestBody))?.schema
  const properties = Object.entries(asObject(bodySchema?.properties))
  const required = asArray(bodySchema?.required)
  for (const [name, schema] of properties)
    fields.push({ name, place: 'body', required: required.includes(name), schema: asObject(schema) })
  const effective = asArray(operation.security ?? security)
  return {
    id: String(operation.operationId ?? `${method} ${path}`),
    method: method.toUpperCase(),
    path,
    fields,
    hasBody: bodySchema !== undefined,
    bodySchema,
    responses: Object.fromEntries(
      Object.entries(asObject(operation.responses)).map(([status, response]) => {
        const content = asObject(asObject(response).content)
        const type = Object.keys(content)[0]
        return [
          status,
          { type, schema: type === undefined ? undefined : asOptionalObject(asObject(content[type]).schema) },
        ]
      }),
    ),
    isProtected: effective.length > 0 && !effective.some((one) => Object.keys(asObject(one)).length === 0),
    pointer,
  }
}

function jsonOf(body: Schema): { schema: Schema } | undefined {
  const content = asObject(body.content)
  const type = Object.keys(content).find((one) => /^application\/([\w.+-]+\+)?json\b/i.test(one))
  return type === undefined ? undefined : { schema: asObject(asObject(content[type]).schema) }
}

export const asObject = (value: unknown): Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Schema) : {}
export const asOptionalObject = (value: unknown): Schema | undefined =>
  value !== null && typeof value === 'object' ? (value as Schema) : undefined
export const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
