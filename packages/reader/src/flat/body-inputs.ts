import type { Body } from '../openapi/bodies.ts'
import { formParts } from '../openapi/form-parts.ts'
import { type Content, chooseContent, hasNamedMembers, isBinaryType } from '../openapi/media-types.ts'
import type { SpecDocument } from '../openapi/spec-document.ts'
import type { HttpTarget } from '../plugin-document.ts'
import {
  formsOf,
  isObject,
  listOfAny,
  memberOf,
  objectOf,
  pairsOf,
  type Schema,
  step,
  wordOf,
} from '../text/members.ts'
import { listOf, plainText, quote } from '../text/plain-text.ts'
import type { Inputs } from './inputs.ts'

/**
 * Adds the inputs of the body: each member of an object by itself, everything else as one input.
 * @returns `'impossible'` where the operation must have a body that cannot be made of text.
 */
export function addBody(
  { contents, isRequired, description, pointer }: Body,
  inputs: Inputs,
  document: SpecDocument,
): HttpTarget['body'] | 'impossible' {
  const { repairs } = inputs
  const chosen = chooseContent(contents)
  if (!chosen) {
    const types = listOf(contents.map(({ type }) => quote(type)))
    repairs.add(step(pointer, 'content'), `A body of ${types} cannot be sent from here; the operation was left out.`)
    return 'impossible'
  }
  const { content, mediaType } = chosen
  const parts = formParts({ ...content, type: mediaType }, document)
  const form = Object.keys(parts).length > 0 && { parts }
  const at = content.pointer
  const isNamed = hasNamedMembers(mediaType)
  const simplified = inputs.simplifier.simplify(content.schema, at)
  const schema = oneObject(simplified.schema)
  const properties = pairsOf(schema.properties)
  if (schema.type === 'object' && schema.properties !== undefined && (isNamed || properties.length === 0)) {
    const required = listOfAny(schema.required)
    for (const [name, one] of properties) {
      const place = step(step(at, 'properties'), name)
      const file = mediaType === 'multipart/form-data' ? fileOf(objectOf(one), encodingOf(content, name)) : undefined
      inputs.add(
        { place: 'body', wireName: name, ...(file && { file }) },
        objectOf(one),
        required.includes(name),
        place,
      )
    }
    return { mediaType, ...form }
  }
  if (content.schema === undefined && isNamed) repairs.add(at, 'The body has no schema; any value is accepted.')
  const text = plainText(description, 700)
  const whole = {
    ...schema,
    ...(!isNamed && { type: 'string' }),
    ...(text !== '' && { description: text }),
  }
  const name = inputs.add({ place: 'body', wireName: 'body' }, whole, isRequired || simplified.isRequired, at)
  return { mediaType, ...(name && { whole: name }), ...form }
}

/** What the spec says about a part of a multipart form. */
const encodingOf = ({ node }: Content, name: string): string =>
  wordOf(memberOf(memberOf(node.encoding, name), 'contentType'))
    .toLowerCase()
    .trim()

/** A file is what the schema says, or what a part of its media type can only be. */
function fileOf(schema: Schema, encoding: string): HttpTarget['fields'][number]['file'] {
  const isFile = (one: Schema): boolean => one.format === 'binary' || formsOf(objectOf(one.items)).some(isBinary)
  if (!formsOf(schema).some(isFile) && !encoding.split(',').some((type) => isBinaryType(type.trim()))) return undefined
  return /^[\w.+-]+\/[\w.+-]+$/.test(encoding) ? { type: encoding } : {}
}

const isBinary = ({ format }: Schema): boolean => format === 'binary'

/** One object in place of the objects of anyOf: with all their members, of which those are required that all require. */
function oneObject(schema: Schema): Schema {
  const forms = formsOf(schema).filter(({ type }) => type !== 'null')
  if (
    !('anyOf' in schema) ||
    forms.length === 0 ||
    !forms.every((form) => form.type === 'object' && isObject(form.properties))
  )
    return schema
  const names = new Set(forms.flatMap((form) => Object.keys(objectOf(form.properties))))
  const properties = [...names].map((name) => {
    const found = forms
      .map((form) => memberOf(form.properties, name) as Schema | undefined)
      .filter((one) => one !== undefined)
    const some = [...new Map(found.map((one) => [JSON.stringify(one), one])).values()]
    return [name, some.length === 1 ? some[0] : { anyOf: some.flatMap(formsOf) }]
  })
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...names].filter((name) => forms.every((form) => listOfAny(form.required).includes(name))),
  }
}
