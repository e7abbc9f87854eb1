import {
  fitIdentifier,
  isObject,
  isOfType,
  listOfAny,
  objectOf,
  pairsOf,
  type Schema,
  type StrictSubset,
  shortHash,
  strictFaults,
  UniqueNames,
} from '@reference-plugins/reader'
import { isNumber, isSameValue, parseExact } from '@reference-plugins/reader/exact-json'
import { allowsNull, explicitNull, optional, withoutNull } from './schema-null.ts'
import { sentences, worded } from './schema-words.ts'

/**
 * An input schema in the small part of JSON Schema that strict function calling supports: every member required, every
 * object closed, at most ten levels. An optional input may be null, an object with arbitrary property names is JSON in a
 * string, and a name with other characters than letters, digits, `_`, `.` and `-` is replaced. `decode` undoes this for
 * the arguments of each call.
 */
export class Representation {
  /** What the model gets. */
  readonly schema: Schema
  /** Whether it is valid for strict function calling. */
  readonly isStrict: boolean
  /** Turns the arguments of the model into the form of the operation's input. */
  readonly decode: (given: unknown) => unknown

  /** @param leavesNull whether null differs from leaving the input out, as in a PATCH. */
  constructor(input: Schema, subset: StrictSubset, leavesNull: boolean) {
    const { schema, decode } = objectForm(input, { subset, leavesNull }, 1)
    const { refused, lost } = strictFaults(schema, subset)
    this.isStrict = refused.length === 0 && lost.length === 0
    this.schema = this.isStrict ? schema : input
    this.decode = this.isStrict ? decode : (given) => given
  }
}

/** One schema in its strict form. */
interface Form {
  schema: Schema
  /** Whether a value that was given for the schema can be this one. */
  fits: (given: unknown) => boolean
  decode: (given: unknown) => unknown
  /** Whether decoding changes values. */
  isOther: boolean
}

interface Building {
  subset: StrictSubset
  leavesNull: boolean
}

const deepest = 10
const longestJsonSchema = 400

function formOf(schema: Schema, building: Building, depth: number): Form {
  const { type } = schema
  if (Array.isArray(schema.anyOf)) return anyForm(schema, schema.anyOf, building, depth)
  if (type === 'object') {
    const isMap = isObject(schema.additionalProperties) || Object.keys(objectOf(schema.properties)).length === 0
    // A member of an object is one level deeper, and an optional one two.
    return isMap || depth + 2 > deepest ? jsonForm(schema) : objectForm(schema, building, depth)
  }
  if (type === 'array') return depth + 1 <= deepest ? arrayForm(schema, building, depth) : jsonForm(schema)
  return type !== undefined || Array.isArray(schema.enum)
    ? plainForm(worded(schema, building.subset))
    : jsonForm(schema)
}

const plainForm = (schema: Schema): Form => ({
  schema,
  fits: (given) => fitsPlain(schema, given),
  decode: (given) => given,
  isOther: false,
})

/** Whether a value fits a schema by the schema's own type and values alone. */
const fitsPlain = ({ type, enum: values }: Schema, given: unknown): boolean =>
  (!Array.isArray(values) || values.some((one) => isSameValue(one, given))) &&
  [type].flat().some((one) => isOfType(given, one))

/** The value as JSON in a string. A string that is not JSON is taken as it is. */
function jsonForm(schema: Schema): Form {
  const { description, default: _preset, examples: _examples, ...rest } = schema
  const inside = JSON.stringify(rest)
  const kind = schema.type === 'object' || schema.type === 'array' ? schema.type : 'value'
  const said = inside.length > 20 && inside.length <= longestJsonSchema ? ` It fits the schema ${inside}` : ''
  return {
    schema: { type: 'string', description: sentences(description, [`A JSON ${kind}, as text.${said}`]) },
    fits: (given) => typeof given === 'string',
    decode: (given) => {
      if (typeof given !== 'string') return given
      try {
        return parseExact(given, (name, value) => (name === '__proto__' ? undefined : value))
      } catch {
        return given
      }
    },
    isOther: true,
  }
}

function arrayForm(schema: Schema, building: Building, depth: number): Form {
  const items = formOf(objectOf(schema.items), building, depth + 1)
  return {
    schema: { ...worded(schema, building.subset), items: items.schema },
    fits: (given) => Array.isArray(given) && given.every(items.fits),
    decode: (given) => (Array.isArray(given) ? given.map(items.decode) : given),
    isOther: items.isOther,
  }
}

function objectForm(schema: Schema, building: Building, depth: number): Form {
  const names = new UniqueNames()
  const required = new Set(listOfAny(schema.required))
  const members = pairsOf(schema.properties).map(([name, one]) => {
    const fit = /^[\w.-]{1,64}$/.test(name) ? name : fitIdentifier(name) || `member_${shortHash(name, 6)}`
    const isOptional = !required.has(name)
    const keepsNull = isOptional && building.leavesNull && allowsNull(objectOf(one))
    // For an optional input null means that it is left out, except in a PATCH.
    const bare = isOptional ? withoutNull(objectOf(one)) : objectOf(one)
    const form = formOf(bare, building, depth + (isOptional ? 2 : 1))
    return { name, given: names.take(fit), isOptional, keepsNull, form }
  })
  const { description } = schema
  return {
    schema: {
      type: 'object',
      ...(description !== undefined && { description }),
      properties: Object.fromEntries(
        members.map(({ given, isOptional, keepsNull, form }) => [
          given,
          isOptional ? optional(form.schema, keepsNull) : form.schema,
        ]),
      ),
      required: members.map(({ given }) => given),
      additionalProperties: false,
    },
    fits: (given) =>
      isObject(given) &&
      Object.keys(given).every((name) => members.some((member) => member.given === name)) &&
      members.every(({ given: name, isOptional, keepsNull, form }) => {
        const value = Object.hasOwn(given, name) ? given[name] : undefined
        return value === undefined || value === null
          ? isOptional || form.fits(value)
          : (keepsNull && value === explicitNull) || form.fits(value)
      }),
    decode: (given) => {
      if (!isObject(given)) return given
      const result: [string, unknown][] = []
      for (const [name, value] of pairsOf(given)) {
        const member = members.find((one) => one.given === name)
        if (!member) result.push([name, value])
        else if (member.keepsNull && value === explicitNull) result.push([member.name, null])
        else if (!(member.isOptional && value === null)) result.push([member.name, member.form.decode(value)])
      }
      return Object.fromEntries(result)
    },
    isOther: members.some(({ name, given, keepsNull, form }) => name !== given || keepsNull || form.isOther),
  }
}

/** One of several forms; all of them as JSON in a string where a value would not say which form it has. */
function anyForm(schema: Schema, branches: Schema[], building: Building, depth: number): Form {
  if (depth + 1 > deepest) return jsonForm(schema)
  const forms = branches.map((branch) => formOf(branch, building, depth + 1))
  const kinds = forms.map((form) => kindOf(form.schema))
  const isUnclear = forms.some(
    (form, index) => form.isOther && kinds.filter((kind) => kind === kinds[index]).length > 1,
  )
  if (isUnclear) return jsonForm(schema)
  const find = (given: unknown): Form | undefined => forms.find((form) => form.fits(given))
  const { description } = schema
  return {
    schema: { ...(description !== undefined && { description }), anyOf: forms.map((form) => form.schema) },
    fits: (given) => find(given) !== undefined,
    decode: (given) =>
      (find(given) ?? forms.find((_, index) => kinds[index] === jsonKind(given)))?.decode(given) ?? given,
    isOther: forms.some((form) => form.isOther),
  }
}

/** The JSON type of the values of a schema. */
function kindOf({ type, enum: values }: Schema): string {
  if (type === 'integer') return 'number'
  return typeof type === 'string' ? type : jsonKind(listOfAny(values)[0])
}

const jsonKind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : isNumber(value) ? 'number' : typeof value
