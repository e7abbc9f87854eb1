import { decoded, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { Parameter } from './parameters.ts'
import type { FoundOperation } from './paths.ts'

export interface PathParts {
  path: string
  /** The pairs of its query that have no template. */
  query: [name: string, value: string][]
  /** The parameters, in which a template of the query is a parameter of the query. */
  parameters: Parameter[]
}

/** Takes the query out of the path of a spec: `/search?kind=a&q={text}`. */
export function splitPath(
  { path: given, pointer }: FoundOperation,
  parameters: readonly Parameter[],
  repairs: Repairs,
): PathParts {
  const [withQuery = '', fragment] = given.split('#', 2)
  if (fragment !== undefined) repairs.add(pointer, 'The path has a "#"; what follows it was left out.')
  const at = withQuery.indexOf('?')
  if (at < 0) return { path: withQuery, query: [], parameters: [...parameters] }
  repairs.add(pointer, `The path has a query, ${quote(withQuery.slice(at))}; describe it as parameters instead.`)
  const parts: PathParts = { path: withQuery.slice(0, at) || '/', query: [], parameters: [...parameters] }
  const pairs = withQuery
    .slice(at + 1)
    .split('&')
    .filter(Boolean)
  for (const pair of pairs.slice(0, 50)) {
    const equals = pair.indexOf('=')
    const name = textOf(equals < 0 ? pair : pair.slice(0, equals))
    const value = textOf(equals < 0 ? '' : pair.slice(equals + 1))
    const template = templateOf(value) ?? (equals < 0 ? templateOf(name) : undefined)
    if (template !== undefined) addParameter(parts, equals < 0 ? template : name, template, pointer)
    else if (/[{}]/.test(value))
      repairs.add(pointer, `${quote(pair)} in the path cannot be filled in and was left out.`)
    else parts.query.push([name, value])
  }
  return parts
}

const templateOf = (text: string): string | undefined => /^\{([^{}]+)\}$/.exec(text)?.[1]

function addParameter({ parameters }: PathParts, name: string, template: string, pointer: string): void {
  const index = parameters.findIndex((one) => one.name === template || one.name === name)
  const described = parameters[index]
  if (described) parameters[index] = { ...described, ...asQuery, name }
  else
    parameters.push({
      ...asQuery,
      name,
      isRequired: true,
      description: undefined,
      schema: { type: 'string' },
      schemaPointer: pointer,
      mediaType: undefined,
      node: {},
      pointer,
    })
}

const asQuery = { place: 'query', style: 'form', explode: true }

const textOf = (encoded: string): string => decoded(encoded.replaceAll('+', ' '))
