import { addParameter, type Parameter, readParameters } from '../openapi/parameters.ts'
import { References } from '../openapi/references.ts'
import { baseOf, serverUrl } from '../openapi/servers.ts'
import type { DocumentOperation, Schema } from '../plugin-document.ts'
import { isObject, isRefusedName, isTrue, listOfAny, memberOf, objectOf, step, wordOf } from '../text/members.ts'
import { fitIdentifier, shortHash, UniqueNames } from '../text/names.ts'
import { cut, listOf, plainLine, plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import { addBody } from './bodies.ts'
import { Inputs } from './inputs.ts'
import { SchemaSimplifier } from './simple-schema.ts'

const mostOperations = 100
const longestDescription = 300
const methods = ['get', 'post', 'put', 'patch', 'delete']
const silent = ['head', 'options', 'trace', 'connect']
const besideMethods = ['summary', 'description', 'parameters', 'servers', '$ref']

interface Found {
  method: string
  path: string
  pointer: string
  operation: Schema
  item: Schema
}

/** Reads what can be called. What cannot is left out by itself, with a repair; the rest is kept. */
export function readOperations(
  document: Schema,
  specUrl: string,
  server: string,
  repairs: Repairs,
): DocumentOperation[] {
  const references = new References(document, repairs)
  const simplifier = new SchemaSimplifier(references, repairs)
  const names = new UniqueNames()
  const operations: DocumentOperation[] = []
  const over: string[] = []
  for (const found of foundIn(document, references, repairs)) {
    if (operations.length >= mostOperations) {
      if (over.length < 1_000)
        over.push(plainLine(found.operation.operationId, 64) || `${found.method} ${plainLine(found.path, 60)}`)
      continue
    }
    if (!isOfServer(found, specUrl, server, repairs)) continue
    const operation = toOperation(found, document, { references, simplifier, names, repairs })
    if (operation) operations.push(operation)
  }
  if (over.length > 0)
    repairs.add('/paths', `Of the operations the first ${mostOperations} were kept; left out are ${listOf(over, 50)}.`)
  return operations
}

function* foundIn(document: Schema, references: References, repairs: Repairs): Generator<Found> {
  for (const [path, given, place] of pathsOf(document, repairs)) {
    const { value: item } = references.follow(given, place)
    if (!isObject(item)) {
      repairs.add(place, `${quote(path)} is no path with operations; it was left out.`)
      continue
    }
    for (const [key, operation] of Object.entries(item)) {
      const method = key.toLowerCase()
      if (methods.includes(method) && isObject(operation))
        yield { method: method.toUpperCase(), path, pointer: step(place, key), operation, item }
      else if (silent.includes(method))
        repairs.add(step(place, key), `${method.toUpperCase()} answers nothing that could be told; it was left out.`)
      else if (!besideMethods.includes(key) && !key.startsWith('x-') && !key.startsWith('/'))
        repairs.add(step(place, key), `${quote(key)} is no method with an operation; it was left out.`)
    }
  }
}

/** The entries of `paths`, and those that stand in a wrong place through bad indentation. */
function* pathsOf(document: Schema, repairs: Repairs): Generator<[path: string, item: unknown, pointer: string]> {
  const entries = Object.entries(objectOf(document.paths))
  const misplaced = Object.entries(document).filter(([key]) => key.startsWith('/'))
  for (const [path] of misplaced)
    repairs.add(step('', path), `${quote(path)} belongs into paths; it was read as if it stood there.`)
  for (const [given, item] of [...entries, ...misplaced]) {
    const pointer = step(entries.length > 0 && memberOf(document.paths, given) === item ? '/paths' : '', given)
    const path = given.trim()
    if (path.startsWith('x-') && !isObject(item)) continue
    if (
      isRefusedName(path) ||
      path === '*' ||
      /[\\\s]|(^|\/)\.{1,2}(\/|$)/.test(path.split('?')[0] ?? '') ||
      path.length > 1_000
    ) {
      repairs.add(pointer, `${quote(path)} is no path that can be called; it was left out.`)
      continue
    }
    if (/^https?:\/\//i.test(path)) {
      repairs.add(pointer, `${quote(path)} is an address, where a path is expected; it was left out.`)
      continue
    }
    if (!path.startsWith('/')) repairs.add(pointer, `The path ${quote(path)} should begin with a slash.`)
    yield [path.startsWith('/') ? path : `/${path}`, item, pointer]
    for (const [inner, nested] of Object.entries(objectOf(item)))
      if (inner.startsWith('/') && isObject(nested)) {
        repairs.add(
          step(pointer, inner),
          `The path ${quote(inner)} stands inside another; it was read as one of its own.`,
        )
        yield [inner, nested, step(pointer, inner)]
      }
  }
}

/** Whether the operation is called at the plugin's server; it may name another. */
function isOfServer({ operation, item, pointer }: Found, specUrl: string, server: string, repairs: Repairs): boolean {
  const own = [operation.servers, item.servers].map(listOfAny).find((list) => list.length > 0)
  if (!own) return true
  const urls = own
    .map((one) => serverUrl(one, new URL(specUrl), step(pointer, 'servers'), repairs))
    .filter((url) => url !== undefined)
  if (urls.length === 0 || urls.some((url) => baseOf(url) === server)) return true
  repairs.add(step(pointer, 'servers'), 'The operation has a server of its own, which is not called; it was left out.')
  return false
}

interface Reading {
  references: References
  simplifier: SchemaSimplifier
  names: UniqueNames
  repairs: Repairs
}

function toOperation(found: Found, document: Schema, reading: Reading): DocumentOperation | undefined {
  const { method, operation, item, pointer } = found
  const { references, simplifier, repairs } = reading
  // RFC 7396: in a PATCH null takes a member away, and what is left out stays.
  simplifier.beginOperation(method === 'PATCH')
  const parameters = readParameters(references, repairs, [
    { list: item.parameters, pointer: step(pointer.slice(0, pointer.lastIndexOf('/')), 'parameters') },
    { list: operation.parameters, pointer: step(pointer, 'parameters') },
  ])
  const { path, query } = splitPath(found, parameters, repairs)
  const inputs = new Inputs(repairs)
  const inPath = new Set([...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? ''))
  // Inputs of the path come first: on a clash of names they keep theirs.
  const order = ['path', 'query', 'header']
  for (const place of [...order, ''])
    for (const parameter of parameters)
      if (
        parameter.place === place ||
        (place === '' && !['body', 'formdata', 'form', ...order].includes(parameter.place))
      )
        addParameter(parameter, inPath, inputs, simplifier, repairs)
  for (const name of inPath)
    if (!inputs.find('path', name)) {
      repairs.add(pointer, `{${plainLine(name, 60)}} in the path is not described; any text is taken.`)
      if (!inputs.add({ place: 'path', wireName: name }, { type: 'string' }, true, pointer)) return undefined
    }
  const body = addBody(operation, parameters, document.consumes, pointer, { inputs, ...reading })
  if (body === 'impossible') return undefined
  const isIgnored = body !== undefined && method === 'GET'
  if (isIgnored) {
    repairs.add(pointer, 'A GET is sent without a body; its inputs go into the query.')
    for (const field of inputs.fields)
      if (field.place === 'body') Object.assign(field, { place: 'query', list: 'repeated', object: 'json' })
  }
  const flag = memberOf(operation, 'x-openai-isConsequential') ?? memberOf(operation, 'x-oai-isConsequential')
  return {
    ...texts(found, reading),
    input: inputs.schema(),
    isConsequential: flag === undefined ? undefined : isTrue(flag) || flag === 1,
    isReading: method === 'GET',
    target: { kind: 'http', method, path, query, fields: inputs.fields, ...(body && !isIgnored && { body }) },
  }
}

/** A query in the path of the spec: pairs that are fixed stay, a pair with a template is an input. */
function splitPath(
  { path: given, pointer }: Found,
  parameters: Parameter[],
  repairs: Repairs,
): { path: string; query: [string, string][] } {
  const [withQuery = '', fragment] = given.split('#', 2)
  if (fragment !== undefined) repairs.add(pointer, 'What is behind the # of the path was left out.')
  const at = withQuery.indexOf('?')
  if (at < 0) return { path: withQuery, query: [] }
  repairs.add(pointer, `The path has a query, ${quote(withQuery.slice(at))}; it belongs into the parameters.`)
  const query: [string, string][] = []
  for (const pair of withQuery
    .slice(at + 1)
    .split('&')
    .filter(Boolean)
    .slice(0, 50)) {
    const equals = pair.indexOf('=')
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals))
    const value = decoded(equals < 0 ? '' : pair.slice(equals + 1))
    const template = /^\{([^{}]+)\}$/.exec(value)?.[1] ?? (equals < 0 ? /^\{([^{}]+)\}$/.exec(name)?.[1] : undefined)
    if (template === undefined) {
      if (!/[{}]/.test(value)) query.push([name, value])
      else repairs.add(pointer, `${quote(pair)} in the path cannot be filled in; it was left out.`)
      continue
    }
    const wireName = equals < 0 ? template : name
    const described = parameters.find((one) => one.name === template || one.name === wireName)
    if (described) Object.assign(described, { name: wireName, place: 'query' })
    else
      parameters.push({ name: wireName, place: 'query', node: { required: true, schema: { type: 'string' } }, pointer })
  }
  return { path: withQuery.slice(0, at) || '/', query }
}

function texts(
  { method, path, operation, item, pointer }: Found,
  { names, repairs }: Reading,
): Pick<DocumentOperation, 'name' | 'title' | 'description'> {
  const given = operation.operationId
  const id = wordOf(given)
  const derived =
    fitIdentifier(`${method.toLowerCase()}_${path.split('?')[0]?.replace(/^\/+/, '') ?? ''}`) ||
    `${method.toLowerCase()}_${shortHash(path)}`
  const fit = isRefusedName(id) ? '' : fitIdentifier(id)
  const name = names.take(fit || derived)
  if (id === '') repairs.add(pointer, `operationId is missing; the operation is called ${name}.`)
  else if (name !== id)
    repairs.add(
      step(pointer, 'operationId'),
      name === fit
        ? `${quote(id, 80)} is no fit name (letters, digits, _ and -, at most 64); the operation is called ${name}.`
        : `${quote(id, 80)} cannot be used, or is used already; the operation is called ${name}.`,
    )
  const whole =
    plainText(operation.description, 100_000) || plainText(operation.summary, 100_000) || plainText(item.summary, 1_000)
  if (whole.length > longestDescription)
    repairs.add(
      step(pointer, 'description'),
      `The description has ${whole.length} characters and was cut at ${longestDescription}.`,
    )
  if (whole === '')
    repairs.add(pointer, 'The operation has neither summary nor description, by which a model could choose it.')
  return {
    name,
    title: plainLine(operation.summary, 100) || humanised(name),
    description: cut(whole, longestDescription) || `${method} ${plainLine(path, 200)}`,
  }
}

/** `getTodo_items` as people would write it: Get todo items. */
function humanised(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
