import { isObject, isRefusedName, memberOf, objectOf, type Schema, step } from '../text/members.ts'
import { quote } from '../text/plain-text.ts'
import type { SpecDocument } from './spec-document.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace']
const besideMethods = ['summary', 'description', 'parameters', 'servers', '$ref']

/** An operation as it stands in a spec; the parts of it are read by the other files of this folder. */
export interface FoundOperation {
  /** In capitals. */
  method: string
  /** Begins with a slash. May have a query. */
  path: string
  /** Where it is found from `/paths`, whether through a reference or not. */
  pointer: string
  node: Schema
  /** The Path Item that holds it, its reference followed. */
  item: Schema
}

/** The operations of a spec, one at a time. What is not an operation is left out alone, with a repair. */
export function* operationsIn(document: SpecDocument): Generator<FoundOperation> {
  const { repairs } = document
  for (const [path, given, place] of pathsOf(document)) {
    const { value: item } = document.follow(given, place)
    if (!isObject(item)) {
      repairs.add(place, `The path ${quote(path)} has no operations and was left out.`)
      continue
    }
    for (const [key, node] of Object.entries(item)) {
      const method = key.toLowerCase()
      const pointer = step(place, key)
      if (methods.includes(method) && isObject(node)) yield { method: method.toUpperCase(), path, pointer, node, item }
      else if (!besideMethods.includes(key) && !key.startsWith('x-') && !key.startsWith('/'))
        repairs.add(pointer, `${quote(key)} is not an HTTP method with an operation and was left out.`)
    }
  }
}

/** With a backslash, a blank, or a step of dots. */
const oddPath = /[\\\s]|(^|\/)\.{1,2}(\/|$)/

/** The entries of `paths`, and those that bad indentation has put in another place. */
function* pathsOf({ root, repairs }: SpecDocument): Generator<[path: string, item: unknown, pointer: string]> {
  const entries = Object.entries(objectOf(root.paths))
  const misplaced = Object.entries(root).filter(([key]) => key.startsWith('/'))
  for (const [path] of misplaced)
    repairs.add(step('', path), `${quote(path)} is outside paths; it was read as one of the paths.`)
  for (const [given, item] of [...entries, ...misplaced]) {
    const pointer = step(entries.length > 0 && memberOf(root.paths, given) === item ? '/paths' : '', given)
    const path = given.trim()
    if (path.startsWith('x-') && !isObject(item)) continue
    const isUrl = /^https?:\/\//i.test(path)
    if (isUrl || path === '*' || isRefusedName(path) || path.length > 1_000 || oddPath.test(path.split('?')[0] ?? '')) {
      const fault = isUrl ? `${quote(path)} is a URL instead of a path` : `The path ${quote(path)} cannot be called`
      repairs.add(pointer, `${fault} and was left out.`)
      continue
    }
    if (!path.startsWith('/')) repairs.add(pointer, `The path ${quote(path)} must start with a slash; one was added.`)
    yield [path.startsWith('/') ? path : `/${path}`, item, pointer]
    for (const [inner, nested] of Object.entries(objectOf(item)))
      if (inner.startsWith('/') && isObject(nested)) {
        repairs.add(step(pointer, inner), `The path ${quote(inner)} is inside another path; it was read as its own.`)
        yield [inner, nested, step(pointer, inner)]
      }
  }
}
