import {
  cut,
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

/**
 * Strict function calling holds a model to a small part of JSON Schema: every member required, every object closed,
 * ten levels. What an input schema says beyond that is represented: what may be left out may be null, what has no fixed
 * form is JSON in a text, and a name that is not letters, digits, `_`, `.` and `-` is another.
 * `Representation` does this once and undoes it for each call.
 */
export class Representation {
  /** As it goes to the model. */
  readonly schema: Schema
  /** Whether it is valid for strict function calling. */
  readonly isStrict: boolean
  readonly #root: Form

  /** @param leavesNull whether null says something else than leaving the input out, as in a PATCH. */
  constructor(input: Schema, subset: StrictSubset, leavesNull: boolean) {
    this.#root = formOf({ ...input, type: 'object' }, { subset, leavesNull }, 1, true)
    const strict = toStrict(this.#root.schema, subset)
    const { refused, lost } = strictFaults(strict, subset)
    this.isStrict = refused.length === 0 && lost.length === 0
    this.schema = this.isStrict ? strict : input
  }

  /** What the model gave, as the operation's input has it. */
  decode(value: unknown): unknown {
    return this.isStrict ? this.#root.decode(value) : value
  }

  /** The other way round: what a model would give for this input. */
  encode(value: unknown): unknown {
    return this.isStrict ? this.#root.encode(value) : value
  }
}

/** One schema as it is represented, with the way there and back. */
interface Form {
  schema: Schema
  /** Whether a value that was given for the schema can be this one. */
  fits: (given: unknown) => boolean
  decode: (given: unknown) => unknown
  encode: (value: unknown) => unknown
  /** Whether there and back are not the same. */
  isOther: boolean
}

interface Building {
  subset: StrictSubset
  leavesNull: boolean
}

const deepest = 10
const mostEnum = 250
const longestJsonSchema = 400
/** What stands for null where null itself says that the input is left out. */
const explicitNull = 'SET TO NULL'

function formOf(schema: Schema, building: Building, depth: number, isRoot = false): Form {
  if (Array.isArray(schema.anyOf)) return anyForm(schema, schema.anyOf as Schema[], building, depth)
  if (schema.type === 'object') {
    const isOpen = isObject(schema.additionalProperties)
    const isNamed = isObject(schema.properties) && (isRoot || Object.keys(schema.properties).length > 0)
    // A member of an object stands a level deeper, and what may be left out one more.
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

function fitsPlain({ type, enum: values }: Schema, given: unknown): boolean {
  if (Array.isArray(values) && !values.includes(given)) return false
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type]
  return (
    types.length === 0 ||
    types.some((one) =>
      one === 'null'
        ? given === null
        : one === 'integer'
          ? Number.isInteger(given)
          : one === 'array'
            ? Array.isArray(given)
            : one === 'object'
              ? isObject(given)
              : typeof given === one,
    )
  )
}

/** The value as JSON in a text. What a model gives that is no JSON is taken as the text that it is. */
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
    // Where it may be left out, null among its types says nothing more, but for a PATCH.
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

/** One of several forms. Where it could not be told afterwards which one it was, all are JSON in a text. */
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
      // The forms before they were represented say which one a value is of.
      const index = branches.findIndex((branch) => fitsLoosely(branch, value))
      return (forms[index] ?? forms[0])?.encode(value)
    },
    isOther: forms.some((form) => form.isOther),
  }
}

const kindOf = (schema: Schema): string => {
  const { type, enum: values } = schema
  if (type === 'integer') return 'number'
  return typeof type === 'string' ? type : jsonKind(listOfAny(values)[0])
}

const jsonKind = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** By types and names alone; enough to tell one form from another. */
function fitsLoosely(schema: Schema, value: unknown): boolean {
  if (Array.isArray(schema.anyOf)) return (schema.anyOf as Schema[]).some((one) => fitsLoosely(one, value))
  if (!fitsPlain(schema, value)) return false
  if (schema.type === 'array' && Array.isArray(value))
    return value.every((one) => fitsLoosely(objectOf(schema.items), one))
  if (schema.type !== 'object' || !isObject(value)) return true
  const properties = objectOf(schema.properties)
  return (
    listOfAny(schema.required).every((name) => Object.hasOwn(value, String(name))) &&
    Object.entries(value).every(([name, one]) =>
      Object.hasOwn(properties, name)
        ? fitsLoosely(objectOf(properties[name]), one)
        : schema.properties === undefined && fitsLoosely(objectOf(schema.additionalProperties), one),
    )
  )
}

const allowsNull = (schema: Schema): boolean =>
  Array.isArray(schema.anyOf) && (schema.anyOf as Schema[]).some(({ type }) => type === 'null')

function withoutNull(schema: Schema): Schema {
  if (!allowsNull(schema)) return schema
  const { anyOf, ...rest } = schema
  const left = (anyOf as Schema[]).filter(({ type }) => type !== 'null')
  if (left.length === 0) return { ...rest, type: 'null' }
  return left.length === 1 ? { ...left[0], ...rest } : { ...rest, anyOf: left }
}

/** The schema, or null: in as few words as there are. */
function optional(schema: Schema, keepsNull: boolean): Schema {
  const { description, ...rest } = schema
  const said = typeof description === 'string' ? { description } : {}
  const isShort = typeof rest.type === 'string' && rest.type !== 'object' && !keepsNull
  if (isShort && rest.enum === undefined)
    return { type: rest.type === 'null' ? 'null' : [rest.type, 'null'], ...said, ...without(rest, 'type') }
  const branches = Array.isArray(rest.anyOf) ? (rest.anyOf as Schema[]) : [rest]
  const more: Schema[] = keepsNull
    ? [{ type: 'string', enum: [explicitNull], description: 'Takes the value away. null leaves it as it is.' }]
    : []
  return { ...said, anyOf: [...branches, ...more, { type: 'null' }] }
}

const without = (schema: Schema, name: string): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([one]) => one !== name))

/** The schema in the words that are understood; what others say is put into the description. */
function worded(schema: Schema, subset: StrictSubset): Schema {
  const kept: Schema = {}
  const said: string[] = []
  const say = (word: string, sentence: string): void => {
    if (subset.words.includes(word)) kept[word] = schema[word]
    else said.push(sentence)
  }
  for (const [word, value] of Object.entries(schema)) {
    if (word === 'type' || word === 'description') kept[word] = value
    else if (word === 'enum') {
      const values = listOfAny(value)
      if (values.length <= mostEnum) kept.enum = values
      else said.push(`One of ${values.length} values, such as ${cut(values.slice(0, 20).join(', '), 200)}.`)
    } else if (word === 'format') {
      if (subset.formats.includes(String(value))) say('format', `As ${value}.`)
      else if (['uri', 'url', 'byte', 'date-time', 'time', 'duration'].includes(String(value)))
        said.push(`As ${value}.`)
    } else if (word === 'default') said.push(`By default ${cut(JSON.stringify(value) ?? '', 100)}.`)
    else if (word === 'examples') said.push(`Such as ${cut(JSON.stringify(listOfAny(value)[0]) ?? '', 100)}.`)
    else if (word === 'minimum') say(word, `At least ${value}.`)
    else if (word === 'maximum') say(word, `At most ${value}.`)
    else if (word === 'exclusiveMinimum') say(word, `More than ${value}.`)
    else if (word === 'exclusiveMaximum') say(word, `Less than ${value}.`)
    else if (word === 'multipleOf') say(word, `A multiple of ${value}.`)
    else if (word === 'minLength') say(word, `At least ${value} characters.`)
    else if (word === 'maxLength') say(word, `At most ${value} characters.`)
    else if (word === 'minItems') say(word, `At least ${value} of them.`)
    else if (word === 'maxItems') say(word, `At most ${value} of them.`)
    else if (word === 'pattern') say(word, `It matches ${cut(String(value), 100)}`)
  }
  if (said.length > 0) kept.description = sentences(kept.description, said)
  return kept
}

/** A description with more behind it. */
function sentences(description: unknown, more: string[]): string {
  const first = typeof description === 'string' ? description.trim() : ''
  return [/[\p{L}\p{N}"'`)\]]$/u.test(first) ? `${first}.` : first, ...more].filter(Boolean).join(' ')
}
