import { isObject, listOfAny, objectOf, pairsOf, type Schema, step, wordOf } from '../text/members.ts'
import { type Content, readContents } from './media-types.ts'
import type { FoundOperation } from './paths.ts'
import type { SpecDocument } from './spec-document.ts'

/** One answer that an operation may give. */
export interface Response {
  /** `200`, `2XX` or `default`. */
  status: string
  description: unknown
  contents: Content[]
  /** The Header Objects by name, as the spec has them. */
  headers: Schema
  /** The Link Objects by name, as the spec has them. */
  links: Schema
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
    const { description, headers, links } = response
    return { status, description, contents, headers: objectOf(headers), links: objectOf(links), pointer: at }
  })
}
