import {
  fitIdentifier,
  isObject,
  listOfAny,
  objectOf,
  pairsOf,
  type Schema,
  type StrictSubset,
  shortHash,
  strictFaults,
  toStrict,
  UniqueNames,
} from '@reference-plugins/reader'
import { allowsNull, explicitNull, optional, withoutNull } from './schema-null.ts'
import { sentences, worded } from './schema-words.ts'
import { fitsLoosely, fitsPlain, jsonKind, kindOf } from './value-fit.ts'

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
  readonly #root: Form

  /** @param leavesNull whether null differs from leaving the input out, as in a PATCH. */
  constructor(input: Schema, subset: StrictSubset, leavesNull: boolean) {
    this.#root = formOf({ ...input, type: 'object' }, { subset, leavesNull }, 1, true)
    const strict = toStrict(this.#root.schema, subset)
    const { refused, lost } = strictFaults(strict, subset)
    this.isStrict = refused.length === 0 && lost.length === 0
    this.schema = this.isStrict ? strict : input
  }

  /** The arguments of the model in the form of the operation's input. */
  decode(value: unknown): unknown {
    return this.isStrict ? this.#root.decode(value) : value
  }

  /** What a model would send for this input. */
  encode(value: unknown): unknown {
    return this.isStrict ? this.#root.encode(value) : value
  }
}

/** One schema in its strict form, with the conversion of its values in both directions. */
interface Form {
  schema: Schema
  /** Whether a value that was given for the schema can be this one. */
  fits: (given: unknown) => boolean
  decode: (given: unknown) => unknown
  encode: (value: unknown) => unknown
  /** Whether encoded and decoded values differ. */
  isOther: boolean
}

interface Building {
  subset: StrictSubset
  leavesNull: boolean
}

const deepest = 10
const longestJsonSchema = 400

function formOf(schema: Schema, building: Building, depth: number, isRoot = false): Form {
  if (Array.isArray(schema.anyOf)) return anyForm(schema, schema.anyOf as Schema[], building, depth)
  if (schema.type === 'object') {
    const isOpen = isObject(schema.additionalProperties)
    const isNamed = isObject(schema.properties) && (isRoot || Object.keys(schema.properties).length > 0)
    // A member of an object is one level deeper, and an optional one two.
    if (isRoot || (isNamed && !isOpen && depth + 2 <= deepest)) return objectForm(schema, building, depth)
    return jsonForm(schema)
  }
  if (schema.type === 'array') return depth + 1 <= deepest ? arrayForm(schema, building, depth) : jsonForm(schema)
  if (schema.type === 'null') return plainForm({ type: 'null' })
  if (schema.type !== undefined || Array.isArray(schema.enum)) return plainForm(worded(schema, building.subset))
  return jsonForm(schema)
}

const plainForm = (schema: Schema): Form => ({
  schema,
  fits: (given) => fitsPlain(schema, given),
  decode: (given) => given,
  encode: (value) => value,
  isOther: false,
})

/** The value as JSON in a string. A string that is not JSON is taken as it is. */
function jsonForm(schema: Schema): Form {
  const { description, default: _preset, examples: _examples, ...rest } = schema
  const inside = JSON.stringify(rest)
  const what =
    schema.type === 'object'
      ? 'A JSON object, as text.'
      : schema.type === 'array'
        ? 'A JSON array, as text.'
        : 'A JSON value, as text.'
  const said = inside.length > 20 && inside.length <= longestJsonSchema ? ` It fits the schema ${inside}` : ''
  return {
    schema: { type: 'string', description: sentences(description, [`${what}${said}`]) },
    fits: (given) => typeof given === 'string',
    decode: (given) => {
      if (typeof given !== 'string') return given
      try {
        return JSON.parse(given, (name, value) => (name === '__proto__' ? undefined : value))
      } catch {
        return given
      }
    },
    encode: (value) => JSON.stringify(value) ?? 'null',
    isOther: true,
  }
}

function arrayForm(schema: Schema, building: Building, depth: number): Form {
  const items = formOf(objectOf(schema.items), building, depth + 1)
  return {
    schema: { ...worded(schema, building.subset), items: items.schema },
    fits: (given) => Array.isArray(given) && given.every(items.fits),
    decode: (given) => (Array.isArray(given) ? given.map(items.decode) : given),
    encode: (value) => (Array.isArray(value) ? value.map(items.encode) : value),
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
    const takesAnything = !['type', 'enum', 'anyOf'].some((word) => word in bare)
    return { name, given: names.take(fit), isOptional, keepsNull, takesAnything, form }
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
    encode: (value) => {
      if (!isObject(value)) return value
      return Object.fromEntries(
        members.map(({ name, given, isOptional, keepsNull, takesAnything, form }) => {
          const one = Object.hasOwn(value, name) ? value[name] : undefined
          if (one === undefined) return [given, null]
          if (one === null && keepsNull) return [given, explicitNull]
          if (one === null && isOptional && !takesAnything) return [given, null]
          return [given, form.encode(one)]
        }),
      )
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
    (form, index) => form.isOther && kinds.some((kind, other) => other !== index && kind === kinds[index]),
  )
  if (isUnclear) return jsonForm(schema)
  const find = (given: unknown): Form | undefined => forms.find((form) => form.fits(given))
  const { description } = schema
  return {
    schema: { ...(description !== undefined && { description }), anyOf: forms.map((form) => form.schema) },
    fits: (given) => find(given) !== undefined,
    decode: (given) =>
      (find(given) ?? forms.find((_, index) => kinds[index] === jsonKind(given)))?.decode(given) ?? given,
    encode: (value) => {
      // The original schemas tell which form a value has.
      const index = branches.findIndex((branch) => fitsLoosely(branch, value))
      return (forms[index] ?? forms[0])?.encode(value)
    },
    isOther: forms.some((form) => form.isOther),
  }
}
