import type { Body } from '../openapi/bodies.ts'
import { chooseContent, hasNamedMembers } from '../openapi/media-types.ts'
import type { HttpTarget } from '../plugin-document.ts'
import { isObject, objectOf, pairsOf, type Schema, step } from '../text/members.ts'
import { listOf, plainText, quote } from '../text/plain-text.ts'
import type { Inputs } from './inputs.ts'
import type { Reading } from './reading.ts'

/**
 * Adds the inputs of the body: each member of an object by itself, everything else as one input.
 * @returns `'impossible'` where the operation must have a body that cannot be made of text.
 */
export function addBody(
  { contents, isRequired, description, pointer }: Body,
  inputs: Inputs,
  { simplifier, repairs }: Reading,
): HttpTarget['body'] | 'impossible' {
  const chosen = chooseContent(contents)
  if (!chosen) {
    const types = listOf(contents.map(({ type }) => quote(type)))
    repairs.add(step(pointer, 'content'), `A body of ${types} cannot be sent from here; the operation was left out.`)
    return 'impossible'
  }
  const { content, mediaType } = chosen
  const at = content.pointer
  const isNamed = hasNamedMembers(mediaType)
  const simplified = simplifier.simplify(content.schema, at)
  const schema = oneObject(simplified.schema)
  const properties = Object.entries(objectOf(schema.properties))
  if (schema.type === 'object' && properties.length > 0 && isNamed) {
    const required = Array.isArray(schema.required) ? schema.required : []
    for (const [name, one] of properties)
      inputs.add(
        { place: 'body', wireName: name },
        one as Schema,
        required.includes(name),
        step(step(at, 'properties'), name),
      )
    return { mediaType }
  }
  if (schema.type === 'object' && schema.properties !== undefined && properties.length === 0) return { mediaType }
  const whole = isNamed ? schema : { ...schema, type: 'string' }
  if (content.schema === undefined && isNamed) repairs.add(at, 'The body has no schema; any value is accepted.')
  const text = plainText(description, 700) || (typeof whole.description === 'string' ? whole.description : '')
  const name = inputs.add(
    { place: 'body', wireName: 'body' },
    text === '' ? whole : { ...whole, description: text },
    isRequired || simplified.isRequired,
    at,
  )
  return { mediaType, ...(name && { whole: name }) }
}

/** One object in place of the objects of anyOf: with all their members, of which those are required that all require. */
function oneObject(schema: Schema): Schema {
  const forms = (Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]) : []).filter(({ type }) => type !== 'null')
  if (forms.length === 0 || !forms.every((form) => form.type === 'object' && isObject(form.properties))) return schema
  const properties = new Map<string, Schema[]>()
  for (const form of forms)
    for (const [name, one] of pairsOf(form.properties)) {
      const known = properties.get(name) ?? []
      if (!known.some((other) => JSON.stringify(other) === JSON.stringify(one))) known.push(one as Schema)
      properties.set(name, known)
    }
  const required = [...properties.keys()].filter((name) =>
    forms.every((form) => Array.isArray(form.required) && form.required.includes(name)),
  )
  return {
    type: 'object',
    properties: Object.fromEntries(
      [...properties].map(([name, some]) => [name, some.length === 1 ? some[0] : { anyOf: flat(some) }]),
    ),
    required,
  }
}

const flat = (schemas: Schema[]): Schema[] =>
  schemas.flatMap((schema) => (Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]) : [schema]))
