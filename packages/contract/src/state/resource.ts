import { resourceOf } from '../calls/pool.ts'
import { asObject, type Schema, type SpecOperation } from '../spec.ts'
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

const isSearchPath = (path: string): boolean => /^\/(search|find)/.test(path)

const searchesOf = (operations: readonly SpecOperation[]): SpecOperation[] =>
  operations.filter(
    ({ method, path, inputs }) => method === 'GET' && isSearchPath(path) && inputs.some(({ name }) => isSearch(name)),
  )

/** Whether an operation is to show things of this kind: a search does so where its description names them. */
export function isToShow({ path, node }: SpecOperation, resource: Resource): boolean {
  if (!isSearchPath(path)) return true
  const words = `${path} ${node.summary} ${node.description}`.toLowerCase().match(/[\p{L}\p{N}]+/gu)
  return words?.includes(resourceOf(resource.path).toLowerCase()) ?? false
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
