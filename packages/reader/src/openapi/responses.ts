import { isObject, listOfAny, objectOf, pairsOf, type Schema, step, wordOf } from '../text/members.ts'
import { type Content, isJsonType, readContents } from './media-types.ts'
import type { FoundOperation } from './paths.ts'
import type { SpecDocument } from './spec-document.ts'

/** One answer that an operation may give. */
export interface Response {
  /** `200`, `2XX` or `default`. */
  status: string
  description: unknown
  contents: Content[]
  headers: ResponseHeader[]
  /** The Link Objects by name, their references followed. */
  links: Schema
  pointer: string
}

/** A header that an answer has. */
export interface ResponseHeader {
  name: string
  isRequired: boolean
  /** As the spec has it, its references not followed. */
  schema: unknown
  /** Whether the value is JSON, by `content`. */
  isJson: boolean
  explode: boolean
  /** Of the schema. */
  pointer: string
}

/** The responses of an operation. Those of Swagger 2 have the media types of `produces`. */
export function readResponses({ node, pointer }: FoundOperation, document: SpecDocument): Response[] {
  const place = step(pointer, 'responses')
  const produces = listOfAny(Array.isArray(node.produces) ? node.produces : document.root.produces).map(wordOf)
  return pairsOf(node.responses).map(([status, given]) => {
    const at = step(place, status)
    const response = objectOf(document.follow(given, at).value)
    const { schema } = response
    const types = produces.length > 0 ? produces : ['application/json']
    const contents = isObject(response.content)
      ? readContents(response.content, step(at, 'content'))
      : schema === undefined
        ? []
        : types.map((type) => ({ type, schema, node: {}, pointer: step(at, 'schema') }))
    const headers = readHeaders(response.headers, step(at, 'headers'), document)
    const links = mapValues(response.links, (link, name) => document.follow(link, step(step(at, 'links'), name)).value)
    return { status, description: response.description, contents, headers, links, pointer: at }
  })
}

/** Content-Type is described by the contents: OpenAPI 3, Response Object. Swagger 2 has the words of the schema beside. */
function readHeaders(headers: unknown, pointer: string, document: SpecDocument): ResponseHeader[] {
  return pairsOf(headers)
    .filter(([name]) => name.toLowerCase() !== 'content-type')
    .map(([name, given]) => {
      const at = step(pointer, name)
      const header = objectOf(document.follow(given, at).value)
      const [[mediaType, content] = []] = pairsOf(header.content)
      const { description: _, ...words } = header
      return {
        name,
        isRequired: header.required === true,
        schema: content ? objectOf(content).schema : (header.schema ?? words),
        isJson: mediaType !== undefined && isJsonType(mediaType),
        explode: header.explode === true,
        pointer: step(at, 'schema'),
      }
    })
}

const mapValues = (map: unknown, change: (value: unknown, name: string) => unknown): Schema =>
  Object.fromEntries(pairsOf(map).map(([name, value]) => [name, change(value, name)]))
