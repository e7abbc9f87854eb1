import { type SchemaSource, sourceOf } from '@reference-plugins/reader'
import { replaceExact } from '@reference-plugins/reader/exact-json'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { RE2JS } from 're2js'
import { formats } from './formats.ts'
import { type SchemaVersion, toJsonSchema } from './json-schema.ts'
import type { Schema } from './spec.ts'

// A schema is compiled for a few values: optimizing its code would double the time.
const options = {
  strict: false,
  // With the first fault only, the code of each member stands inside that of the one before: a thousand are too deep.
  allErrors: true,
  logger: false,
  verbose: true,
  inlineRefs: false,
  unicodeRegExp: true,
  code: { regExp, optimize: false },
} as const

/** Judges schemas by the meta-schema, which is compiled once: that takes longer than most schemas. */
let judge: Ajv2020 | undefined

/** Compiles schemas of a spec, including the keywords of OpenAPI. What a reference led to is compiled once. */
export class SchemaCheck {
  readonly #ajv: Ajv2020
  readonly #version: SchemaVersion
  readonly #compiled = new WeakMap<Schema, ValidateFunction>()
  /** The names under which ajv knows what a reference led to. */
  readonly #names = new Map<string, string>()

  constructor(version: SchemaVersion) {
    this.#version = version
    this.#ajv = new Ajv2020({ ...options, validateSchema: false })
    addFormats.default(this.#ajv)
    for (const [name, format] of Object.entries(formats)) this.#ajv.addFormat(name, format)
    this.#ajv.removeKeyword('multipleOf')
    this.#ajv.addKeyword({
      keyword: 'multipleOf',
      type: 'number',
      schemaType: 'number',
      validate: (step: number, value: number) => isMultiple(value, step),
      error: { message: ({ schema }) => `must be multiple of ${schema}` },
    })
  }

  /** Answers what does not match, or undefined where the value matches. Throws where the schema is invalid. */
  fault(schema: Schema, value: unknown): string | undefined {
    let validate = this.#compiled.get(schema)
    if (!validate) {
      validate = this.#ajv.compile(this.#translate(schema))
      this.#compiled.set(schema, validate)
    }
    try {
      // Ajv knows only the numbers of JavaScript.
      return validate(replaceExact(value, Number)) ? undefined : describe(mostTelling(validate.errors ?? []))
    } catch (error) {
      // A schema that is made of itself never comes to an end.
      if (error instanceof RangeError) return undefined
      throw error
    }
  }

  fits(schema: Schema, value: unknown): boolean {
    return this.fault(schema, value) === undefined
  }

  /** What is invalid in a schema itself, whatever its references lead to. */
  invalidity(schema: Schema): string | undefined {
    try {
      validateSchema(toJsonSchema(schema, this.#version, () => 'http://spec'))
      return undefined
    } catch (error) {
      return (error as Error).message
    }
  }

  #translate(schema: Schema): Schema {
    const source = sourceOf(schema)
    if (source) return { $ref: this.#nameOf(source) }
    const translated = toJsonSchema(schema, this.#version, (one) => this.#nameOf(one))
    validateSchema(translated)
    return translated
  }

  #nameOf(source: SchemaSource): string {
    const { schemas, reference, direction } = source
    const key = `${direction} ${reference}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = `http://spec/${this.#names.size}`
    this.#names.set(key, name)
    let translated: Schema = {}
    try {
      translated = this.#translate(schemas.readShallow(source))
    } finally {
      // What is invalid is thrown once, and accepts any value from then on.
      this.#ajv.addSchema(translated, name)
    }
    return name
  }
}

function validateSchema(schema: Schema): void {
  judge ??= new Ajv2020(options)
  judge.validateSchema(schema, true)
}

/** Runs in time linear in the text, because the pattern comes from a stranger. */
function regExp(pattern: string): { test: (text: string) => boolean; toString: () => string } {
  if (!isPattern(pattern)) throw new Error(`the pattern ${pattern.slice(0, 80)} is not a regular expression`)
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

/** OpenAPI does not say that patterns are for Unicode, where some escapes are not allowed. */
export function isPattern(pattern: string): boolean {
  for (const flags of ['u', ''])
    try {
      return Boolean(new RegExp(pattern, flags))
    } catch {
      // The next one may do.
    }
  return false
}

/** In decimals, as people mean it: 19.99 is a multiple of 0.01. */
function isMultiple(value: number, step: number): boolean {
  if (!(step > 0)) return true
  const [valueDigits, valueScale] = decimalOf(value)
  const [stepDigits, stepScale] = decimalOf(step)
  const scale = Math.max(valueScale, stepScale)
  if (scale > 400) return true
  const whole = (digits: bigint, own: number) => digits * 10n ** BigInt(scale - own)
  return whole(valueDigits, valueScale) % whole(stepDigits, stepScale) === 0n
}

/** The digits of a number, and how many of them stand behind the point. */
function decimalOf(value: number): [digits: bigint, scale: number] {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', rest = ''] = mantissa.split('.')
  const scale = rest.length - Number(exponent)
  const digits = BigInt(whole + rest)
  return scale < 0 ? [digits * 10n ** BigInt(-scale), 0] : [digits, scale]
}

/** The first fault. Where none of several alternatives matches, the one that got furthest into the value. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject | undefined {
  const [first] = errors
  const choice = errors.find(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  if (!first || !choice || !first.instancePath.startsWith(choice.instancePath) || first === choice) return first
  const inside = errors.slice(0, errors.indexOf(choice))
  const depthOf = ({ instancePath }: ErrorObject) => instancePath.split('/').length
  const deepest = inside.toSorted((a, b) => depthOf(b) - depthOf(a))[0] ?? choice
  return depthOf(deepest) > depthOf(choice) ? deepest : choice
}

function describe(error: ErrorObject | undefined): string {
  if (!error) return 'it does not match'
  const { instancePath, message, params, data } = error
  const named = params.additionalProperty ?? params.unevaluatedProperty
  const seen = data === null || typeof data !== 'object' ? ` and is ${JSON.stringify(data)?.slice(0, 60)}` : ''
  const more = params.allowedValues ? `: ${params.allowedValues}` : named === undefined ? '' : `: ${named}`
  return `${instancePath || 'the value'} ${message}${more}${seen}`
}
