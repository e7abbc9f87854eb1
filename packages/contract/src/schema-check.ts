import { replaceExact } from '@reference-plugins/reader/exact-json'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { RE2JS } from 're2js'
import type { Schema } from './spec.ts'

// A schema is compiled for a few values: optimizing its code would double the time.
const options = {
  strict: false,
  allErrors: false,
  logger: false,
  unicodeRegExp: true,
  code: { regExp, optimize: false },
} as const

/** Judges schemas by the meta-schema, which is compiled once: that takes longer than most schemas. */
const judges: Partial<Record<'3.0' | '3.1', Ajv>> = {}

/** Compiles schemas of a spec, including the keywords of OpenAPI. */
export class SchemaCheck {
  readonly #ajv: Ajv
  readonly #judge: Ajv
  readonly #isOld: boolean
  readonly #compiled = new WeakMap<Schema, ValidateFunction>()

  constructor(version: '3.0' | '3.1') {
    this.#isOld = version === '3.0'
    const create = (more = {}) =>
      this.#isOld ? new Ajv({ ...options, ...more }) : (new Ajv2020({ ...options, ...more }) as unknown as Ajv)
    judges[version] ??= create()
    this.#judge = judges[version]
    this.#ajv = create({ validateSchema: false })
    addFormats.default(this.#ajv)
    for (const format of ['int32', 'int64', 'float', 'double', 'password', 'binary', 'byte'])
      this.#ajv.addFormat(format, true)
  }

  /** Answers what does not match, or undefined where the value matches. Throws where the schema is invalid. */
  fault(schema: Schema, value: unknown): string | undefined {
    let validate = this.#compiled.get(schema)
    if (!validate) {
      const current = this.#isOld ? (toNew(schema) as Schema) : schema
      this.#judge.validateSchema(current, true)
      validate = this.#ajv.compile(current)
      this.#compiled.set(schema, validate)
    }
    // Ajv knows only the numbers of JavaScript.
    return validate(replaceExact(value, Number)) ? undefined : describe(validate.errors?.[0])
  }

  fits(schema: Schema, value: unknown): boolean {
    return this.fault(schema, value) === undefined
  }
}

/** Runs in time linear in the text, because the pattern comes from a stranger. */
function regExp(pattern: string): { test: (text: string) => boolean; toString: () => string } {
  // Throws for an invalid pattern, which makes the schema invalid.
  new RegExp(pattern, 'u')
  // By its text Ajv tells one pattern from another.
  const key = { toString: () => pattern }
  try {
    const compiled = RE2JS.compile(pattern)
    return { test: (text) => compiled.matcher(text).find(), ...key }
  } catch {
    // A lookaround or backreference cannot run in linear time, so it is not judged.
    return { test: () => true, ...key }
  }
}
regExp.code = 'new RegExp'

const describe = (error: ErrorObject | undefined): string =>
  error
    ? `${error.instancePath || 'the value'} ${error.message}${error.params.allowedValues ? `: ${error.params.allowedValues}` : ''}`
    : 'it does not match'

/** OpenAPI 3.0 has nullable, and exclusive limits as booleans. */
function toNew(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toNew)
  if (node === null || typeof node !== 'object') return node
  const { nullable, exclusiveMinimum, exclusiveMaximum, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, toNew(value)]),
  ) as Schema
  if (exclusiveMinimum === true) {
    rest.exclusiveMinimum = rest.minimum
    delete rest.minimum
  }
  if (exclusiveMaximum === true) {
    rest.exclusiveMaximum = rest.maximum
    delete rest.maximum
  }
  if (nullable !== true) return rest
  return { anyOf: [rest, { type: 'null' }] }
}
