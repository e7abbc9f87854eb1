import { readBody } from '../openapi/bodies.ts'
import { readParameters } from '../openapi/parameters.ts'
import { splitPath } from '../openapi/path-query.ts'
import { type FoundOperation, operationsIn } from '../openapi/paths.ts'
import { baseOf, serversOf, serverUrl } from '../openapi/servers.ts'
import type { SpecDocument } from '../openapi/spec-document.ts'
import type { DocumentOperation } from '../plugin-document.ts'
import { isRefusedName, isTrue, memberOf, step, wordOf } from '../text/members.ts'
import { fitIdentifier, shortHash, UniqueNames } from '../text/names.ts'
import { cut, listOf, plainLine, plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import { addBody } from './body-inputs.ts'
import { Inputs } from './inputs.ts'
import { keyInputsOf } from './key-inputs.ts'
import { addParameters } from './parameter-inputs.ts'
import { schemesOf, signInOf } from './sign-in-needs.ts'
import { SchemaSimplifier } from './simple-schema.ts'

const mostOperations = 100
const longestDescription = 300
const withoutAnswer = ['HEAD', 'OPTIONS', 'TRACE']

/** Reads the operations that can be called. Each of the others is left out alone, with a repair. */
export function readOperations(document: SpecDocument, specUrl: string, server: string): DocumentOperation[] {
  const { repairs } = document
  const simplifier = new SchemaSimplifier(document)
  const names = new UniqueNames()
  const operations: DocumentOperation[] = []
  const { schemes } = schemesOf(document)
  const over: string[] = []
  for (const found of operationsIn(document)) {
    if (withoutAnswer.includes(found.method)) {
      repairs.add(found.pointer, `${found.method} returns nothing to show, so it was left out.`)
      continue
    }
    if (operations.length >= mostOperations) {
      if (over.length < 1_000)
        over.push(plainLine(found.node.operationId, 64) || `${found.method} ${plainLine(found.path, 60)}`)
      continue
    }
    if (!isOfServer(found, specUrl, server, repairs)) continue
    const operation = toOperation(found, document, new Inputs(simplifier, repairs), names)
    if (!operation) continue
    const signIn = signInOf(found.node, document.root, schemes)
    operations.push(signIn === undefined ? operation : { ...operation, signIn })
  }
  if (over.length > 0)
    repairs.add('/paths', `Only the first ${mostOperations} operations were kept. Left out: ${listOf(over, 50)}.`)
  return operations
}

/** Whether the operation is called at the plugin's server; it may name a server of its own. */
function isOfServer(found: FoundOperation, specUrl: string, server: string, repairs: Repairs): boolean {
  const place = step(found.pointer, 'servers')
  const urls = serversOf(found)
    .map((one) => serverUrl(one, new URL(specUrl), place, repairs))
    .filter((url) => url !== undefined)
  if (urls.length === 0 || urls.some((url) => baseOf(url) === server)) return true
  repairs.add(place, 'The operation has a different server, which is not called; the operation was left out.')
  return false
}

function toOperation(
  found: FoundOperation,
  document: SpecDocument,
  inputs: Inputs,
  names: UniqueNames,
): DocumentOperation | undefined {
  const { method, node, pointer } = found
  const { repairs } = document
  const { fields, simplifier } = inputs
  // RFC 7396: in a PATCH null removes a member, and a member that is left out stays.
  simplifier.beginOperation(method === 'PATCH')
  const { path, query, parameters } = splitPath(found, readParameters(found, document), repairs)
  const inPath = new Set([...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? ''))
  addParameters(parameters, inPath, inputs)
  for (const name of inPath)
    if (!fields.some((field) => field.place === 'path' && field.wireName === name)) {
      repairs.add(pointer, `{${plainLine(name, 60)}} in the path is not described; any text is accepted.`)
      if (!inputs.add({ place: 'path', wireName: name }, { type: 'string' }, true, pointer)) return undefined
    }
  const described = readBody(found, parameters, document)
  const body = described && addBody(described, inputs, document)
  if (body === 'impossible') return undefined
  const isIgnored = body !== undefined && method === 'GET'
  if (isIgnored) {
    repairs.add(pointer, 'A GET request has no body; its inputs are sent in the query.')
    for (const field of fields)
      if (field.place === 'body') Object.assign(field, { place: 'query', list: 'repeated', object: 'json' })
  }
  const flag = memberOf(node, 'x-openai-isConsequential') ?? memberOf(node, 'x-oai-isConsequential')
  const input = inputs.schema()
  const isReading = method === 'GET'
  const keyInputs = isReading ? [] : keyInputsOf(input, fields)
  return {
    ...textsOf(found, names, repairs),
    input,
    isConsequential: flag === undefined ? undefined : isTrue(flag) || flag === 1,
    isReading,
    ...(isTrue(memberOf(node, 'x-confirmation')) && { confirms: true }),
    ...(keyInputs.length > 0 && { keyInputs }),
    target: { kind: 'http', method, path, query, fields, ...(body && !isIgnored && { body }) },
  }
}
function textsOf({ method, path, node, item, pointer }: FoundOperation, names: UniqueNames, repairs: Repairs) {
  const id = wordOf(node.operationId)
  const derived =
    fitIdentifier(`${method.toLowerCase()}_${path.split('?')[0]?.replace(/^\/+/, '') ?? ''}`) ||
    `${method.toLowerCase()}_${shortHash(path)}`
  const fit = isRefusedName(id) ? '' : fitIdentifier(id)
  const name = names.take(fit || derived)
  if (id === '') repairs.add(pointer, `operationId is missing; the operation is named ${name}.`)
  else if (name !== id)
    repairs.add(
      step(pointer, 'operationId'),
      name === fit
        ? `${quote(id, 80)} is not a valid name (at most 64 letters, digits, _ and -); the operation is renamed ${name}.`
        : `${quote(id, 80)} is reserved or already used; the operation is renamed ${name}.`,
    )
  const whole =
    plainText(node.description, 100_000) || plainText(node.summary, 100_000) || plainText(item.summary, 1_000)
  if (whole.length > longestDescription)
    repairs.add(
      step(pointer, 'description'),
      `The description has ${whole.length} characters; it was cut at ${longestDescription}.`,
    )
  if (whole === '')
    repairs.add(pointer, 'The operation has no summary and no description; a model needs one to choose it.')
  return {
    name,
    title: plainLine(node.summary, 100) || humanised(name),
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
