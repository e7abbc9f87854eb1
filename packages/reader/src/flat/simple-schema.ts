import { isBinaryType } from '../openapi/media-types.ts'
import type { SpecDocument } from '../openapi/spec-document.ts'
import {
  acceptsAnything,
  formsOf,
  isObject,
  isOfType,
  isRefusedName,
  isTrue,
  listOfAny,
  memberOf,
  objectOf,
  type Schema,
  step,
  without,
  wordOf,
} from '../text/members.ts'
import { plainText, quote } from '../text/plain-text.ts'
import { deepest, mergeAllOf, type Place } from './merged-schema.ts'
import { counts, numberLimits, textLimits } from './schema-limits.ts'
import { readTypes, type TypeName } from './schema-types.ts'
import { inferType, longestValue, readValue, readValues } from './schema-values.ts'

const mostNodes = 20_000
const mostNodesOfOperation = 4_000
const longestDescription = 700
const mostBranches = 20

interface Nullable {
  /** Without null among its types. */
  schema: Schema
  isNullable: boolean
}

export interface Simplified extends Nullable {
  /** Whether `required: true` is in the schema itself, where JSON Schema ignores it. */
  isRequired: boolean
}

/**
 * Turns schemas from outside into a small form: `type` is one word; beside it are `properties`, `required`,
 * `additionalProperties`, `items`, `enum`, `anyOf`, limits, `pattern`, `format`, `default` and `description`. No
 * references, no circles, at most 32 deep. What cannot be understood accepts any value: `{}`.
 */
export class SchemaSimplifier {
  readonly #document: SpecDocument
  /** Whether null is kept where an input may be left out: a PATCH tells the two apart. */
  #keepsNull = false
  #nodes = 0
  #operationNodes = 0

  constructor(document: SpecDocument) {
    this.#document = document
  }

  /** Starts the size limit of one operation; all operations together have a limit too. */
  beginOperation(keepsNull: boolean): void {
    this.#operationNodes = 0
    this.#keepsNull = keepsNull
  }

  simplify(node: unknown, pointer: string): Simplified {
    const simplified = this.#simplify(node, { pointer, depth: 1, seen: [] })
    return isOnlyNull(simplified.schema) ? { ...simplified, schema: {} } : simplified
  }

  #simplify(node: unknown, place: Place): Simplified {
    const { pointer, depth, seen } = place
    if (!this.#mayRead())
      return this.#anything('', 'The schemas are too large for a model; what is over the limit accepts any value.')
    if (depth > deepest)
      return this.#anything(pointer, `What is nested more than ${deepest} levels deep accepts any value.`)
    if (typeof node === 'string') {
      this.#repair(pointer, `The schema must be an object; ${quote(node)} is read as its type.`)
      return this.#simplify({ type: node }, { ...place, depth: depth + 1 })
    }
    const { value, through } = this.#document.follow(node, pointer)
    const circle = through.find((one) => seen.includes(one))
    // One repair for all the places of one circle.
    if (circle)
      return this.#anything(
        circle.replace(/^#/, ''),
        `The reference ${quote(circle)} refers to itself; any value is accepted there.`,
      )
    return isObject(value) ? this.#object(value, { ...place, seen: [...seen, ...through] }) : anything
  }

  #mayRead(): boolean {
    return ++this.#nodes <= mostNodes && ++this.#operationNodes <= mostNodesOfOperation
  }

  #repair(pointer: string, message: string): void {
    this.#document.repairs.add(pointer, message)
  }

  #anything(pointer: string, message: string): Simplified {
    this.#repair(pointer, message)
    return anything
  }

  #object(given: Schema, at: Place): Simplified {
    const { node, place } = Array.isArray(given.allOf)
      ? mergeAllOf(given, at, this.#document, () => this.#mayRead())
      : { node: given, place: at }
    const { schema, isNullable } = this.#typed(node, place)
    const isRequired = node.required === true
    const fault = 'required must be a list of names in the object above; true was read as such.'
    if (isRequired) this.#repair(step(place.pointer, 'required'), fault)
    const description = plainText(node.description, longestDescription)
    if (description.endsWith('…') && String(node.description).length > longestDescription)
      this.#repair(step(place.pointer, 'description'), `The description was cut at ${longestDescription} characters.`)
    const described = description === '' ? schema : { description, ...without(schema, 'description') }
    return { schema: described, isNullable, isRequired }
  }

  #typed(node: Schema, place: Place): Nullable {
    const types = readTypes(node, place.pointer, this.#document.repairs)
    const isNullable = isTrue(node.nullable) || isTrue(node['x-nullable']) || types.names.includes('null')
    const names = types.names.filter((name) => name !== 'null')
    const branches = [node.anyOf, node.oneOf].map(listOfAny).find((list) => list.length > 0)
    if (branches && !isObject(node.properties)) {
      const some = this.#branches(branches, node, place)
      return { schema: some.schema, isNullable: isNullable || some.isNullable }
    }
    if (types.names.length > 0 && names.length === 0) return { schema: onlyNull, isNullable: true }
    const values = readValues(node, names, place.pointer, this.#document.repairs)
    const single = (type: TypeName | undefined, fitting: unknown[], format: Schema): Schema =>
      type === 'object' ? this.#members(node, place) : this.#single(type, fitting, format, node, place)
    return {
      schema:
        names.length > 1
          ? {
              anyOf: names.map((type) =>
                single(
                  type,
                  values.filter((one) => isOfType(one, type)),
                  {},
                ),
              ),
            }
          : single(names[0] ?? inferType(node, values) ?? (isFile(node) ? 'string' : undefined), values, types.format),
      isNullable: isNullable || listOfAny(node.enum).includes(null),
    }
  }

  #single(type: TypeName | undefined, values: unknown[], format: Schema, node: Schema, place: Place): Schema {
    const { repairs } = this.#document
    const schema: Schema = type === undefined ? {} : { type }
    if (values.length > 0) schema.enum = values
    if (type === 'array') {
      if (node.items === undefined) repairs.add(place.pointer, 'The array has no items; its items may be anything.')
      const items = Array.isArray(node.items) ? node.items[0] : node.items
      schema.items = withNull(this.#simplify(items, below(place, 'items')))
      Object.assign(schema, counts(node, ['minItems', 'maxItems']), isTrue(node.uniqueItems) && { uniqueItems: true })
    } else if (type === 'string')
      Object.assign(schema, isFile(node) && { format: 'binary' }, format, textLimits(node, place.pointer, repairs))
    else if (type === 'number' || type === 'integer') Object.assign(schema, numberLimits(node))
    const preset = readValue(node.default, type)
    if (preset !== undefined && (values.length === 0 || values.includes(preset))) schema.default = preset
    const example = readValue(node.example ?? listOfAny(node.examples)[0], type)
    if (example !== undefined && values.length === 0) schema.examples = [example]
    return schema
  }

  #members(node: Schema, place: Place): Schema {
    const properties: [string, Schema][] = []
    const needed = new Set(listOfAny(typeof node.required === 'string' ? [node.required] : node.required))
    for (const [name, one] of Object.entries(objectOf(node.properties))) {
      const at = below(place, 'properties', name)
      if (isRefusedName(name)) {
        this.#repair(step(place.pointer, 'properties'), `An input cannot be named ${name}; it was left out.`)
        continue
      }
      // A property that only the server sets is not an input.
      if (isTrue(memberOf(one, 'readOnly'))) continue
      if (name.length > longestValue) {
        this.#repair(at.pointer, `A property has a name of more than ${longestValue} characters; it was left out.`)
        continue
      }
      const simplified = this.#simplify(one, at)
      if (simplified.isRequired) needed.add(name)
      const isOptional = !needed.has(name)
      if (isOptional && isOnlyNull(simplified.schema)) continue
      properties.push([name, isOptional && !this.#keepsNull ? simplified.schema : withNull(simplified)])
    }
    const required = properties.map(([name]) => name).filter((name) => needed.has(name))
    const rest = node.additionalProperties
    const isMap = isObject(rest) && Object.keys(rest).length > 0
    return {
      type: 'object',
      ...((properties.length > 0 || rest === false) && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
      ...(rest === false && { additionalProperties: false }),
      ...(isMap && { additionalProperties: withNull(this.#simplify(rest, below(place, 'additionalProperties'))) }),
    }
  }

  #branches(branches: unknown[], node: Schema, place: Place): Nullable {
    if (branches.length > mostBranches)
      this.#repair(place.pointer, `anyOf has ${branches.length} schemas; only the first ${mostBranches} were kept.`)
    // The words beside anyOf hold for each of its schemas; a type there is often the only one.
    const shared = without(node, 'anyOf', 'oneOf', 'description', 'required', 'nullable', 'discriminator')
    const read = branches.slice(0, mostBranches).map((branch, index) => {
      const whole = isObject(branch) && branch.$ref === undefined ? { ...shared, ...branch } : branch
      return this.#simplify(whole, below(place, 'anyOf', index))
    })
    const isNullable = read.some((one) => one.isNullable)
    const schemas = read.map(({ schema }) => schema).filter((schema) => !isOnlyNull(schema))
    const forms = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()].flatMap(formsOf)
    const [first] = forms
    if (!first || (forms.length > 1 && forms.some(acceptsAnything))) return { schema: {}, isNullable }
    const preset = acceptsAnything(first) ? undefined : readValue(node.default, undefined)
    const schema = forms.length === 1 ? first : { anyOf: forms }
    return { schema: preset === undefined || 'default' in schema ? schema : { ...schema, default: preset }, isNullable }
  }
}

/** Bytes as OpenAPI 3.1 describes them, without a format. */
const isFile = ({ contentMediaType, contentEncoding }: Schema): boolean =>
  contentEncoding === undefined && isBinaryType(wordOf(contentMediaType))

const below = (place: Place, ...names: (string | number)[]): Place => ({
  ...place,
  pointer: names.reduce<string>(step, place.pointer),
  depth: place.depth + 1,
})

const anything: Simplified = Object.freeze({ schema: {}, isNullable: false, isRequired: false })

/** The schema of null, while a schema is being read. */
const onlyNull: Schema = Object.freeze({ enum: Object.freeze([]) })
const isOnlyNull = ({ enum: values }: Schema): boolean => Array.isArray(values) && values.length === 0

function withNull({ schema, isNullable }: Nullable): Schema {
  if (!isNullable || Object.keys(without(schema, 'description')).length === 0) return schema
  const { description, ...rest } = schema
  const branches = isOnlyNull(rest) ? [] : formsOf(rest)
  return { ...(description !== undefined && { description }), anyOf: [...branches, { type: 'null' }] }
}
