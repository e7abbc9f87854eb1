import { type Parameter, parameterSchema } from '../openapi/parameters.ts'
import type { References } from '../openapi/references.ts'
import type { Schema, Target } from '../plugin-document.ts'
import { isObject, isTrue, memberOf, objectOf, pairsOf, step, wordOf } from '../text/members.ts'
import { plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { Inputs } from './inputs.ts'
import type { SchemaSimplifier } from './simple-schema.ts'

type Body = NonNullable<Extract<Target, { kind: 'http' }>['body']>

interface Described {
  mediaType: string
  schema: unknown
  isRequired: boolean
  description: string
  pointer: string
}

/**
 * Adds the inputs of the body: the members of an object each by itself, everything else as one input.
 * @returns `'impossible'` where the operation must have a body that cannot be made of text.
 */
export function addBody(
  operation: Schema,
  parameters: Parameter[],
  consumes: unknown,
  pointer: string,
  {
    inputs,
    simplifier,
    references,
    repairs,
  }: { inputs: Inputs; simplifier: SchemaSimplifier; references: References; repairs: Repairs },
): Body | 'impossible' | undefined {
  const described =
    fromRequestBody(operation, pointer, references, repairs) ?? fromParameters(operation, parameters, consumes, repairs)
  if (!described) return undefined
  if (described === 'impossible') return described
  const { mediaType, isRequired, pointer: at } = described
  const simplified = simplifier.simplify(described.schema, at)
  const schema = oneObject(simplified.schema)
  const properties = Object.entries(objectOf(schema.properties))
  if (schema.type === 'object' && properties.length > 0 && isStructured(mediaType)) {
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
  const whole = isStructured(mediaType) ? schema : { ...schema, type: 'string' }
  if (described.schema === undefined && isStructured(mediaType))
    repairs.add(at, 'The body is not described; anything is taken.')
  const text = described.description || (typeof whole.description === 'string' ? whole.description : '')
  const name = inputs.add(
    { place: 'body', wireName: 'body' },
    text === '' ? whole : { ...whole, description: text },
    isRequired || simplified.isRequired,
    at,
  )
  return { mediaType, ...(name && { whole: name }) }
}

function fromRequestBody(
  operation: Schema,
  pointer: string,
  references: References,
  repairs: Repairs,
): Described | 'impossible' | undefined {
  const place = step(pointer, 'requestBody')
  const { value: body } = references.follow(operation.requestBody, place)
  if (!isObject(body)) return undefined
  const content = objectOf(body.content)
  const types = Object.keys(content)
  const mediaType = types.map((type) => ({ type, rank: rankOf(type) })).sort((a, b) => a.rank - b.rank)[0]
  if (!mediaType) {
    // Some put the schema where the content belongs.
    const schema = body.schema ?? (body.properties || body.$ref ? body : undefined)
    if (schema === undefined) return undefined
    repairs.add(place, 'The body has no content; JSON is assumed.')
    return { mediaType: 'application/json', schema, isRequired: isTrue(body.required), description: '', pointer: place }
  }
  if (mediaType.rank > 6) {
    repairs.add(
      step(place, 'content'),
      `A body of ${quote(mediaType.type)} cannot be made here; the operation was left out.`,
    )
    return 'impossible'
  }
  return {
    mediaType: plainType(mediaType.type),
    schema: memberOf(content[mediaType.type], 'schema'),
    isRequired: isTrue(body.required),
    description: plainText(body.description, 700),
    pointer: step(step(step(place, 'content'), mediaType.type), 'schema'),
  }
}

/** As Swagger 2 has it: one parameter in the body, or several in a form. */
function fromParameters(
  operation: Schema,
  parameters: Parameter[],
  consumes: unknown,
  repairs: Repairs,
): Described | undefined {
  const types = (Array.isArray(operation.consumes) ? operation.consumes : Array.isArray(consumes) ? consumes : []).map(
    wordOf,
  )
  const body = parameters.find(({ place }) => place === 'body')
  if (body) {
    const type = types.sort((a, b) => rankOf(a) - rankOf(b))[0]
    return {
      mediaType: type && rankOf(type) <= 6 ? plainType(type) : 'application/json',
      schema: parameterSchema(body.node, body.pointer, repairs),
      isRequired: isTrue(body.node.required),
      description: plainText(body.node.description, 700),
      pointer: body.pointer,
    }
  }
  const form = parameters.filter(({ place }) => place === 'formdata' || place === 'form')
  const first = form[0]
  if (!first) return undefined
  const properties = form.map(({ name, node, pointer }) => {
    const schema = parameterSchema(node, pointer, repairs)
    return [name, isObject(schema) ? { description: node.description, ...schema } : schema]
  })
  return {
    mediaType: types.some((type) => /multipart/i.test(type))
      ? 'multipart/form-data'
      : 'application/x-www-form-urlencoded',
    schema: {
      type: 'object',
      properties: Object.fromEntries(properties.filter(([name]) => name !== '__proto__')),
      required: form.filter(({ node }) => isTrue(node.required)).map(({ name }) => name),
    },
    isRequired: true,
    description: '',
    pointer: first.pointer,
  }
}

/** JSON first, then what can be made of named inputs, then text. */
function rankOf(type: string): number {
  const name = plainType(type)
  if (name === 'application/json') return 0
  if (/^(application|text)\/([\w.+*-]+\+)?json$/.test(name)) return 1
  if (name === '*/*' || name === 'application/*') return 2
  if (name === 'application/x-www-form-urlencoded') return 3
  if (name === 'multipart/form-data') return 4
  if (/^text\//.test(name)) return 5
  if (/(xml|yaml|graphql|javascript|ndjson|csv|json)/.test(name)) return 6
  return 7
}

function plainType(type: string): string {
  const name = type.toLowerCase().split(';')[0]?.trim() ?? ''
  if (!/^[\w.+*-]+\/[\w.+*-]+$/.test(name)) return 'application/json'
  // A wildcard is no type that could be sent.
  return name.includes('*') ? 'application/json' : name
}

/** Whether the named inputs of an object can be written in it. */
export const isStructured = (mediaType: string): boolean => /json$|form/.test(mediaType)

/** One object in place of several forms of it: all their members, of which those are required that all require. */
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
