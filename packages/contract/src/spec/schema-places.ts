import { isObject, listOfAny, objectOf, pairsOf, type Schema, without } from '@reference-plugins/reader'

/** A schema that stands in a spec by itself. */
export interface SchemaRoot {
  schema: Schema
  pointer: string
  /** What shows values of it beside it: a parameter, a media type, a header. */
  owner: Schema
  ownerPointer: string
}

const step = (pointer: string, name: string | number): string =>
  `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

const parameterTypes = ['string', 'number', 'integer', 'boolean', 'array', 'file']

/** Where `$ref` and `schema` are data or names, or what is called from the server. */
const passedOver = new Set(['example', 'examples', 'default', 'enum', 'const', 'callbacks', 'webhooks', 'x-webhooks'])

/** The schemas of a document: those of the components first, so that what they share is judged where it stands. */
export function* schemaRoots(document: Schema): Generator<SchemaRoot> {
  const named = { '/components/schemas': objectOf(document.components).schemas, '/definitions': document.definitions }
  for (const [pointer, schemas] of Object.entries(named))
    for (const [name, schema] of pairsOf(schemas))
      if (isObject(schema)) yield { schema, pointer: step(pointer, name), owner: {}, ownerPointer: '' }
  const { definitions: _, ...rest } = document
  const { schemas: __, ...components } = objectOf(document.components)
  yield* rootsIn({ ...rest, components }, '', 0)
}

function* rootsIn(node: unknown, pointer: string, depth: number): Generator<SchemaRoot> {
  if (depth > 40) return
  if (Array.isArray(node)) {
    for (const [index, one] of node.entries()) yield* rootsIn(one, step(pointer, index), depth + 1)
    return
  }
  if (!isObject(node)) return
  const { schema } = node
  if (isObject(schema)) yield { schema, pointer: step(pointer, 'schema'), owner: node, ownerPointer: pointer }
  // Swagger 2 has the words of the schema in the parameter itself.
  else if (typeof node.in === 'string' && parameterTypes.includes(String(node.type)))
    yield { schema: without(node, 'required', 'name', 'in'), pointer, owner: {}, ownerPointer: pointer }
  for (const [name, one] of Object.entries(node))
    if (name !== 'schema' && !passedOver.has(name) && !name.startsWith('x-'))
      yield* rootsIn(one, step(pointer, name), depth + 1)
}

const maps = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']
const lists = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const single = [
  ...['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'],
  ...['unevaluatedItems', 'unevaluatedProperties'],
]
/** What these hold is of the same value as the schema itself. */
const parts = new Set(['allOf', 'anyOf', 'oneOf', 'if', 'then', 'else'])

export interface SchemaPlace {
  schema: Schema
  pointer: string
  /** The schemas around it that are of the same value. */
  around: readonly Schema[]
}

/** A schema and all that stand in it. References are not followed. */
export function* schemasIn(schema: Schema, pointer: string, around: readonly Schema[] = []): Generator<SchemaPlace> {
  yield { schema, pointer, around }
  if (pointer.length > 2_000) return
  const inner = [
    ...maps.flatMap((word) => pairsOf(schema[word]).map(([name, one]) => [word, one, step(step(pointer, word), name)])),
    ...lists.flatMap((word) =>
      listOfAny(schema[word]).map((one, index) => [word, one, step(step(pointer, word), index)]),
    ),
    ...single.map((word) => [word, schema[word], step(pointer, word)]),
  ] as [word: string, schema: unknown, pointer: string][]
  for (const [word, one, place] of inner)
    if (isObject(one)) yield* schemasIn(one, place, parts.has(word) ? [...around, schema] : [])
}

/** Every reference of a document, also where nothing leads to it. */
export function* referencesIn(node: unknown, pointer = '', isMap = false, depth = 0): Generator<[Schema, string]> {
  if (depth > 200) return
  if (Array.isArray(node)) {
    for (const [index, one] of node.entries()) yield* referencesIn(one, step(pointer, index), false, depth + 1)
    return
  }
  if (!isObject(node)) return
  if (!isMap && typeof node.$ref === 'string') yield [node, pointer]
  for (const [name, one] of Object.entries(node))
    if (isMap || (!name.startsWith('x-') && !['example', 'examples', 'default', 'enum', 'const'].includes(name)))
      yield* referencesIn(one, step(pointer, name), !isMap && maps.includes(name), depth + 1)
}
