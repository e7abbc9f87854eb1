import { isObject, isTrue, listOfAny, type Schema, step, wordOf } from '../text/members.ts'
import { bareType, type Content, readContents, sendableRank } from './media-types.ts'
import type { Parameter } from './parameters.ts'
import type { FoundOperation } from './paths.ts'
import type { SpecDocument } from './spec-document.ts'

/** What an operation takes as its body. */
export interface Body {
  isRequired: boolean
  description: unknown
  contents: Content[]
  pointer: string
}

/** The body of an operation: `requestBody`, or the parameters of Swagger 2 that are in the body. */
export function readBody(
  found: FoundOperation,
  parameters: readonly Parameter[],
  document: SpecDocument,
): Body | undefined {
  return fromRequestBody(found, document) ?? fromParameters(found, parameters, document.root)
}

function fromRequestBody({ node, pointer }: FoundOperation, document: SpecDocument) {
  const place = step(pointer, 'requestBody')
  const { value: body } = document.follow(node.requestBody, place)
  if (!isObject(body)) return undefined
  const { description } = body
  const isRequired = isTrue(body.required)
  const contents = readContents(body.content, step(place, 'content'))
  if (contents.length > 0) return { isRequired, description, contents, pointer: place }
  // Some specs put the schema where the content belongs.
  const schema = body.schema ?? (body.properties || body.$ref ? body : undefined)
  if (schema === undefined) return undefined
  document.repairs.add(place, 'The body has no content; application/json is assumed.')
  const content = { type: 'application/json', schema, node: {}, pointer: place }
  return { isRequired, description: undefined, contents: [content], pointer: place }
}

/** As Swagger 2 has it: one parameter in the body, or several in a form. */
function fromParameters({ node }: FoundOperation, parameters: readonly Parameter[], { consumes }: Schema) {
  const types = listOfAny(Array.isArray(node.consumes) ? node.consumes : consumes)
    .map(wordOf)
    .filter(Boolean)
  const body = parameters.find(({ place }) => place === 'body')
  if (body) {
    const { schema, isRequired, description, pointer } = body
    const isSendable = types.some((type) => sendableRank(type) !== undefined)
    const contents = (isSendable ? types : ['application/json']).map((type) => ({ type, schema, node: {}, pointer }))
    return { isRequired, description, contents, pointer }
  }
  const form = parameters.filter(({ place }) => place === 'formdata' || place === 'form')
  const pointer = form[0]?.pointer
  if (pointer === undefined) return undefined
  const isMultipart = types.some((type) => bareType(type) === 'multipart/form-data')
  const type = isMultipart ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
  const schema = {
    type: 'object',
    properties: Object.fromEntries(form.filter(({ name }) => name !== '__proto__').map(toProperty)),
    required: form.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  }
  return { isRequired: true, description: undefined, contents: [{ type, schema, node: {}, pointer }], pointer }
}

const toProperty = ({ name, description, schema }: Parameter): [string, unknown] => [
  name,
  isObject(schema) ? { description, ...schema } : schema,
]
