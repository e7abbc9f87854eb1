import { isObject, listOfAny, objectOf, type Schema, type SchemaSource, sourceOf } from '@reference-plugins/reader'

export type SchemaVersion = '3.0' | '3.1'

const maps = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])
const lists = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const single = new Set([
  ...['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'],
  ...['unevaluatedItems', 'unevaluatedProperties', 'contentSchema'],
])
const plain = new Set([
  ...['type', 'enum', 'const', 'format', 'pattern', 'minLength', 'maxLength', 'multipleOf', 'minimum', 'maximum'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains'],
  ...['minProperties', 'maxProperties', 'required', 'dependentRequired'],
])
/** The words of JSON Schema that OpenAPI 3.0 does not have. */
const onlyNew = new Set([
  ...['const', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
  ...['patternProperties', 'dependentSchemas', 'dependentRequired', 'minContains', 'maxContains', 'contentSchema'],
])

/**
 * A schema of OpenAPI as JSON Schema 2020-12, without what is not judged. `nameOf` names what a reference led to.
 * @throws Error where a word has its meaning in an older version of JSON Schema only, and the schema is not of one
 */
export function toJsonSchema(schema: Schema, version: SchemaVersion, nameOf: (source: SchemaSource) => string): Schema {
  const isOld = version === '3.0'
  const isLoose = isOld || (typeof schema.$schema === 'string' && !/2020-12|spec\.openapis\.org/.test(schema.$schema))
  return translate(schema) as Schema

  function translate(node: unknown): unknown {
    if (!isObject(node)) return node
    const source = sourceOf(node)
    if (source) return { $ref: nameOf(source) }
    const found: Schema = {}
    for (const [word, value] of Object.entries(node)) {
      if (isOld && onlyNew.has(word)) continue
      if (maps.has(word) && isObject(value)) found[word] = mapValues(value, translate)
      else if (lists.has(word) && Array.isArray(value)) found[word] = value.map(translate)
      else if (single.has(word) && !Array.isArray(value)) found[word] = translate(value)
      else if (plain.has(word)) found[word] = value
    }
    toNewWords(node, found)
    chooseByDiscriminator(node, found)
    if (isOld && found.type === 'file') delete found.type
    return isOld && node.nullable === true ? { anyOf: [found, { type: 'null' }] } : found
  }

  /** Exclusive limits as booleans, lists of items and `dependencies` are of older versions. */
  function toNewWords(node: Schema, found: Schema): void {
    for (const [word, limit] of [
      ['exclusiveMinimum', 'minimum'],
      ['exclusiveMaximum', 'maximum'],
    ] as const) {
      if (typeof node[word] !== 'boolean') continue
      if (!isLoose) throw new Error(`${word} must be number`)
      delete found[word]
      if (node[word] && node[limit] !== undefined) {
        found[word] = node[limit]
        delete found[limit]
      }
    }
    if (Array.isArray(node.items)) {
      if (!isLoose) throw new Error('items must be a schema: a list is named prefixItems')
      found.prefixItems = node.items.map(translate)
      if (node.additionalItems !== undefined) found.items = translate(node.additionalItems)
    }
    for (const [name, value] of Object.entries(isLoose && !isOld ? objectOf(node.dependencies) : {})) {
      const word = Array.isArray(value) ? 'dependentRequired' : 'dependentSchemas'
      found[word] = { ...objectOf(found[word]), [name]: translate(value) }
    }
  }

  /** A value may match several of `oneOf` where a member of it names the one that counts. */
  function chooseByDiscriminator(node: Schema, found: Schema): void {
    const { propertyName, mapping } = objectOf(node.discriminator)
    const word = ['oneOf', 'anyOf'].find((one) => Array.isArray(node[one]))
    if (typeof propertyName !== 'string' || word === undefined) return
    const choices = listOfAny(node[word]).map(objectOf)
    const byReference = new Map(choices.map((one) => [sourceOf(one)?.reference, one]))
    const byName = new Map(choices.map((one) => [sourceOf(one)?.reference.split('/').at(-1), one]))
    const named = Object.entries(objectOf(mapping)).map(([value, target]): [string, Schema | undefined] => [
      value,
      byReference.get(String(target)) ?? byName.get(String(target)),
    ])
    const values = new Map<string, Schema | undefined>([...named])
    for (const [name, one] of byName)
      if (name !== undefined && !named.some(([, used]) => used === one)) values.set(name, one)
    const cases = [...values].flatMap(([value, one]) =>
      one
        ? [
            {
              if: { type: 'object', required: [propertyName], properties: { [propertyName]: { const: value } } },
              // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
              then: translate(one),
            },
          ]
        : [],
    )
    if (cases.length === 0) return
    const alternatives = found[word]
    delete found[word]
    found.allOf = [...listOfAny(found.allOf), { anyOf: alternatives }, ...cases]
  }
}

const mapValues = (map: Schema, change: (value: unknown) => unknown): Schema =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]))
