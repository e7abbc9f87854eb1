import { resourceOf } from '../calls/pool.ts'
import { asObject, type Schema, type SpecOperation } from '../spec/spec.ts'
import { formsOf } from '../values/forms.ts'
import type { Id } from './things.ts'

/** Things of one kind, with the operations that work with them. */
export interface Resource {
  /** The path of all of them: `/notes`. */
  path: string
  create: SpecOperation | undefined
  /** Operations that answer many of them. */
  lists: SpecOperation[]
  /** Operations that answer one of them. */
  read: SpecOperation | undefined
  /** PATCH: what is not sent stays. */
  change: SpecOperation | undefined
  /** PUT. */
  replace: SpecOperation | undefined
  remove: SpecOperation | undefined
  /** What this run has created and not deleted. */
  left: { id: Id; path: Record<string, unknown> }[]
}

/** A path without the names of its parameters. */
const shapeOf = (path: string): string => path.replaceAll(/\{[^{}]*\}/g, '{}').replace(/(.)\/$/, '$1')

/** The path parameters of an operation. */
export const pathNames = ({ path }: SpecOperation): string[] =>
  [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name)

/** Names of inputs by which to search. */
export const isSearch = (name: string): boolean => /^(q|query|search|text|term|keywords?)$/i.test(name)

/** Every kind of thing that the operations create or list. */
export function resourcesOf(operations: readonly SpecOperation[]): Resource[] {
  const shapes = new Map<string, SpecOperation[]>()
  for (const operation of operations) {
    const shape = shapeOf(operation.path)
    shapes.set(shape, [...(shapes.get(shape) ?? []), operation])
  }
  const resources: Resource[] = []
  for (const [shape, group] of shapes) {
    const create = group.find(({ method, bodies }) => method === 'POST' && bodies.length > 0)
    const list = group.find(({ method, path }) => method === 'GET' && !path.endsWith('}'))
    const own = group.find(({ method }) => method === 'GET')
    if (!create && !list) continue
    const one = shapes.get(`${shape}/{}`) ?? elsewhere(operations, create ?? list, shape)
    const by = (method: string) => one.find((operation) => operation.method === method)
    resources.push({
      path: (create ?? list)?.path ?? shape,
      create,
      lists: [...(create ? [own] : [list]), ...(create ? searchesOf(operations) : [])]
        .filter((operation) => operation !== undefined)
        .filter((operation, index, all) => all.indexOf(operation) === index),
      read: by('GET'),
      change: by('PATCH'),
      replace: by('PUT'),
      // Where a thing is named in the query, it is deleted at the path of all of them.
      remove: by('DELETE') ?? group.find(({ method }) => method === 'DELETE'),
      left: [],
    })
  }
  return resources
}

/** Operations on one thing whose path starts differently: `/note/{id}` beside `/users/{user}/note`. */
function elsewhere(
  operations: readonly SpecOperation[],
  create: SpecOperation | undefined,
  shape: string,
): SpecOperation[] {
  if (!create) return []
  const known = pathNames(create)
  return operations.filter(
    (one) =>
      shapeOf(one.path) !== shape &&
      one.path.endsWith('}') &&
      resourceOf(one.path) === resourceOf(create.path) &&
      pathNames(one).filter((name) => !known.includes(name)).length === 1,
  )
}

/** Operations below one thing that do something with it: `POST /orders/{id}/cancel`. Not those that create things below it. */
export function actionsOf(operations: readonly SpecOperation[], { read }: Pick<Resource, 'read'>): SpecOperation[] {
  if (!read) return []
  const own = shapeOf(read.path)
  const shapes = new Map(operations.map((one) => [one, shapeOf(one.path)]))
  return operations.filter((one) => {
    const shape = shapes.get(one) ?? ''
    const isBelow = shape.startsWith(own) && /^[/:][\w-]+$/.test(shape.slice(own.length))
    const hasThings = operations.some(
      (other) =>
        shapes.get(other) === `${shape}/{}` ||
        (one.method === 'POST' && other.method === 'GET' && shapes.get(other) === shape),
    )
    return isBelow && !hasThings && ['POST', 'PUT', 'PATCH'].includes(one.method)
  })
}

const isSearchPath = (path: string): boolean => /^\/(search|find)/.test(path)

const searchesOf = (operations: readonly SpecOperation[]): SpecOperation[] =>
  operations.filter(
    ({ method, path, inputs }) => method === 'GET' && isSearchPath(path) && inputs.some(({ name }) => isSearch(name)),
  )

/** What a search says of an item beside the item. */
const ofHits = /^(_?score|rank|relevance|snippet|highlights?|excerpt|preview|matches|url|link|href|type)$/i

/**
 * Whether an operation is to show things of this kind. A search elsewhere does so if its items have only members that the
 * things have, or, where its items are not described, if its text names them.
 */
export function isToShow(operation: SpecOperation, { create, path }: Pick<Resource, 'create' | 'path'>): boolean {
  if (!isSearchPath(operation.path) || resourceOf(operation.path) === resourceOf(path)) return true
  const shown = namesIn(itemSchema(answerSchema(operation))).filter((name) => !ofHits.test(name))
  const known = create ? [...namesIn(answerSchema(create)), ...namesIn(asObject(create.bodies[0]?.schema))] : []
  if (shown.length > 0 && known.length > 0) return shown.every((name) => known.includes(name))
  const { summary, description } = operation.node
  const words = `${operation.path} ${summary} ${description}`.toLowerCase().match(/[\p{L}\p{N}]+/gu)
  return words?.includes(resourceOf(path).toLowerCase()) ?? false
}

const namesIn = (schema: Schema): string[] => formsOf(schema).flatMap((form) => Object.keys(asObject(form.properties)))

/** The schema of an item of a list, which may be in a member of the answer. */
function itemSchema(schema: Schema): Schema {
  for (const form of formsOf(schema)) {
    if (form.items !== undefined) return asObject(form.items)
    for (const member of Object.values(asObject(form.properties)))
      for (const inner of formsOf(asObject(member))) if (inner.items !== undefined) return asObject(inner.items)
  }
  return {}
}

/** The path parameter that says which thing is meant: that which its creation does not have. */
export function keyOf(operation: SpecOperation, create: SpecOperation): string | undefined {
  const known = pathNames(create)
  return pathNames(operation).findLast((name) => !known.includes(name))
}

/** The schema of an answer with 2xx. */
export function answerSchema({ responses }: SpecOperation): Schema {
  const [, response] = Object.entries(responses).find(([status]) => /^2/.test(status)) ?? []
  return asObject(response?.contents.find(({ type }) => /json/i.test(type))?.schema)
}
