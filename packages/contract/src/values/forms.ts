import { sourceOf } from '@reference-plugins/reader'
import { asArray, asObject, type Schema } from '../spec/spec.ts'

const most = 12

/** The forms of each schema, which are merged once. */
const known = new WeakMap<Schema, Schema[]>()

/**
 * The ways in which a value may match a schema, each as one schema without allOf, anyOf, oneOf, if and $ref: what a
 * value is made from. Whether it matches is decided elsewhere, by the whole schema.
 */
export function formsOf(schema: Schema): Schema[] {
  const found = known.get(schema)
  if (found) return found
  const { allOf, anyOf, oneOf, if: condition, then: consequence, else: otherwise, ...own } = opened(schema)
  // A schema that is made of itself has no form below it.
  known.set(schema, [own])
  let forms: Schema[] = [own]
  for (const part of asArray(allOf)) forms = combine(forms, formsOf(asObject(part)))
  for (const list of [anyOf, oneOf])
    if (Array.isArray(list)) {
      const branches = list.map(asObject).sort((a, b) => Number(isNull(a)) - Number(isNull(b)))
      forms = combine(
        forms,
        branches.flatMap((branch) => withKind(formsOf(branch), branch, schema.discriminator)),
      )
    }
  if (condition !== undefined)
    forms = combine(forms, [merge(firstForm(condition), firstForm(consequence)), firstForm(otherwise)])
  known.set(schema, forms)
  return forms
}

/** What a circle leads to, in place of the empty schema that ends it. */
function opened(schema: Schema): Schema {
  const source = Object.keys(schema).length === 0 ? sourceOf(schema) : undefined
  return source ? source.schemas.readShallow(source) : schema
}

/** The forms of a branch with its name in the member that tells the branches apart, OpenAPI's Discriminator Object. */
function withKind(forms: Schema[], branch: Schema, discriminator: unknown): Schema[] {
  const { propertyName, mapping } = asObject(discriminator)
  const reference = sourceOf(branch)?.reference
  if (typeof propertyName !== 'string' || reference === undefined) return forms
  const name = reference.split('/').at(-1) ?? ''
  const mapped = Object.entries(asObject(mapping)).find(([, target]) => target === reference || target === name)
  const kind = { properties: { [propertyName]: { const: mapped?.[0] ?? name } }, required: [propertyName] }
  return forms.map((form) => {
    const own = asObject(asObject(form.properties)[propertyName])
    return own.const !== undefined || own.enum !== undefined ? form : merge(form, kind)
  })
}

const firstForm = (schema: unknown): Schema => formsOf(asObject(schema))[0] ?? {}

const combine = (forms: Schema[], others: Schema[]): Schema[] =>
  forms.flatMap((one) => others.map((other) => merge(one, other))).slice(0, most)

export const isNull = ({ type }: Schema): boolean => type === 'null'

const lists = new Set(['required', 'allOf'])
const highest = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'])
const lowest = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'])
const maps = new Set(['properties', 'patternProperties', 'dependentRequired', 'dependentSchemas'])

/** One schema for what both demand. */
function merge(a: Schema, b: Schema): Schema {
  const merged: Schema = { ...a }
  for (const [word, value] of Object.entries(b)) {
    const before = merged[word]
    if (before === undefined) merged[word] = value
    else if (lists.has(word)) merged[word] = [...new Set([...asArray(before), ...asArray(value)])]
    else if (highest.has(word) && typeof value === 'number') merged[word] = Math.max(Number(before), value)
    else if (lowest.has(word) && typeof value === 'number') merged[word] = Math.min(Number(before), value)
    else if (maps.has(word)) merged[word] = mergeMaps(asObject(before), asObject(value))
    else if (word === 'enum') merged[word] = asArray(before).filter((one) => asArray(value).includes(one))
    else if (word === 'type') merged[word] = commonType(before, value)
    else if (word === 'items') merged[word] = { allOf: [before, value] }
    else if (word === 'additionalProperties' && value === false) merged[word] = false
  }
  return merged
}

const mergeMaps = (a: Schema, b: Schema): Schema => ({
  ...a,
  ...Object.fromEntries(
    Object.entries(b).map(([name, one]) => [name, Object.hasOwn(a, name) ? { allOf: [a[name], one] } : one]),
  ),
})

function commonType(a: unknown, b: unknown): unknown {
  const common = [a].flat().filter((one) => [b].flat().includes(one))
  return common.length === 1 ? common[0] : common.length > 1 ? common : a
}

/** OpenAPI does not say that patterns are for Unicode, where some escapes are not allowed. */
export function toExpression(pattern: string): RegExp | undefined {
  for (const flags of ['u', ''])
    try {
      return new RegExp(pattern, flags)
    } catch {
      // The next one may do.
    }
  return undefined
}

/** The type of the values to make: the first that is not null, or the one that the other keywords imply. */
export function typeOf(form: Schema): string | undefined {
  const named = [form.type].flat().find((one) => one !== 'null' && one !== undefined) ?? [form.type].flat()[0]
  if (typeof named === 'string') return named
  if (
    ['properties', 'required', 'additionalProperties', 'minProperties', 'patternProperties'].some(
      (word) => word in form,
    )
  )
    return 'object'
  if (['items', 'minItems', 'maxItems', 'uniqueItems', 'prefixItems', 'contains'].some((word) => word in form))
    return 'array'
  if (['minLength', 'maxLength', 'pattern', 'format'].some((word) => word in form)) return 'string'
  if (['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].some((word) => word in form))
    return 'number'
  return undefined
}

/** The schema of one member of an object, also of one that has no name in the schema. */
export function memberSchema(form: Schema, name: string): Schema {
  const properties = asObject(form.properties)
  if (Object.hasOwn(properties, name)) return asObject(properties[name])
  for (const [pattern, one] of Object.entries(asObject(form.patternProperties)))
    if (toExpression(pattern)?.test(name)) return asObject(one)
  return asObject(form.additionalProperties)
}

/** Only the server sets what is readOnly. */
export const isSettable = (schema: unknown): boolean =>
  formsOf(asObject(schema)).every((form) => form.readOnly !== true) && schema !== false

export const isUnknown = (schema: unknown): boolean =>
  schema === undefined ||
  schema === true ||
  (sourceOf(asObject(schema)) === undefined && Object.keys(asObject(schema)).every((word) => word === 'description'))
