import type { Arbitrary } from 'fast-check'
import type { SchemaCheck } from '../schema-check.ts'
import { asArray, asObject, type Schema } from '../spec.ts'
import { Making, type Wishes } from './making.ts'

type FastCheck = typeof import('fast-check')

interface Words {
  type?: string | string[]
  format?: string
  pattern?: string
  enum?: unknown[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}

/** Makes values that match a schema, and values that violate exactly one of its keywords. */
export class Values {
  readonly #check: SchemaCheck
  readonly #seed: number
  readonly #fc: FastCheck
  readonly #making: Making

  /** Loads fast-check, which a program that only imports the tester does not need. */
  static async open(check: SchemaCheck, seed: number): Promise<Values> {
    return new Values(check, seed, await import('fast-check'))
  }

  private constructor(check: SchemaCheck, seed: number, fc: FastCheck) {
    this.#check = check
    this.#seed = seed
    this.#fc = fc
    this.#making = new Making(check, seed, fc)
  }

  /** An ordinary value. Undefined where no matching value was found. */
  ordinary(schema: Schema, wishes: Wishes = {}): unknown {
    return this.#making.make(schema, wishes) ?? this.sample(schema, 20).find((one) => this.#fits(schema, one))
  }

  fits(schema: Schema, value: unknown): boolean {
    return this.#fits(schema, value)
  }

  /** The edges of a schema: shortest and longest, lowest and highest, each choice, other scripts. */
  edges(schema: Schema): unknown[] {
    const { minimum, maximum, minLength = 0, maxLength, enum: choices } = schema as Words
    const longest = Math.min(maxLength ?? 200, 20_000)
    const candidates: unknown[] = Array.isArray(choices)
      ? choices
      : schema.type === 'string' && !schema.format && !schema.pattern
        ? [
            'a'.repeat(Math.max(1, minLength)),
            'x'.repeat(longest),
            '語'.repeat(longest),
            '🥛'.repeat(longest),
            `a"b'c%d\\e/f?g&h#i{}`,
            'constructor',
            ' Äpfel 牛奶 ',
          ]
        : schema.type === 'integer' || schema.type === 'number'
          ? [minimum, maximum, 0, 1, schema.type === 'number' ? 0.5 : undefined]
          : schema.type === 'boolean'
            ? [true, false]
            : schema.type === 'array'
              ? this.#arrays(schema)
              : []
    return candidates.filter((one) => one !== undefined && this.#fits(schema, one))
  }

  sample(schema: Schema, count: number): unknown[] {
    try {
      return this.#fc.sample(this.#arbitrary(schema, 0), { numRuns: count, seed: this.#seed })
    } catch {
      return []
    }
  }

  /** Values that each violate one keyword of the schema, with that keyword. */
  broken(schema: Schema): { word: string; value: unknown }[] {
    const s = schema as Words
    const found: { word: string; value: unknown }[] = []
    const add = (word: string, value: unknown) => {
      if (!this.#fits(schema, value)) found.push({ word, value })
    }
    const types = asArray(Array.isArray(schema.type) ? schema.type : [schema.type])
    if (types[0] !== undefined) for (const value of ['text', 1.5, true, ['a'], { a: 1 }, null]) add('type', value)
    if (typeof s.maxLength === 'number') add('maxLength', 'x'.repeat(Math.min(s.maxLength + 1, 100_000)))
    if (typeof s.minLength === 'number' && s.minLength > 0) add('minLength', 'x'.repeat(s.minLength - 1))
    if (typeof s.minimum === 'number') add('minimum', s.minimum - 1)
    if (typeof s.maximum === 'number') add('maximum', s.maximum + 1)
    if (typeof s.exclusiveMinimum === 'number') add('exclusiveMinimum', s.exclusiveMinimum)
    if (typeof s.exclusiveMaximum === 'number') add('exclusiveMaximum', s.exclusiveMaximum)
    if (typeof s.multipleOf === 'number') add('multipleOf', s.multipleOf * 1.5)
    if (schema.enum) add('enum', 'not-one-of-them')
    if (typeof s.pattern === 'string') for (const value of ['', '!', 'x y', '\u0001']) add('pattern', value)
    if (typeof s.format === 'string') for (const value of ['not-a-format', '99']) add('format', value)
    if (schema.type === 'array') {
      const item = this.ordinary(asObject(schema.items))
      if (typeof s.maxItems === 'number')
        add(
          'maxItems',
          Array.from({ length: Math.min(s.maxItems + 1, 2_000) }, () => item),
        )
      if (typeof s.minItems === 'number' && s.minItems > 0)
        add(
          'minItems',
          Array.from({ length: s.minItems - 1 }, () => item),
        )
      const [broken] = this.broken(asObject(schema.items))
      if (broken) add(`items ${broken.word}`, [broken.value])
    }
    // One case for each keyword, the smallest first, but every wrong type.
    return found.filter(
      ({ word, value }, index) =>
        word === 'type' || found.findIndex((one) => one.word === word) === index || value === null,
    )
  }

  #fits(schema: Schema, value: unknown): boolean {
    try {
      return this.#check.fits(schema, value)
    } catch {
      return false
    }
  }

  #arrays(schema: Schema): unknown[] {
    const { minItems = 0, maxItems = 3 } = schema as Words
    const items = this.sample(asObject(schema.items), 5)
    const of = (length: number) => Array.from({ length }, (_, index) => items[index % Math.max(1, items.length)])
    return [of(minItems), of(Math.min(maxItems, 50))]
  }

  #arbitrary(schema: Schema, depth: number): Arbitrary<unknown> {
    const fc = this.#fc
    const {
      type,
      minimum = -1000,
      maximum = 1000,
      minLength = 0,
      maxLength = 60,
      enum: choices,
      format,
    } = schema as Words
    if (Array.isArray(choices)) return fc.constantFrom(...choices)
    if (format) return fc.constant(this.ordinary({ type: 'string', format }))
    switch (type) {
      case 'integer':
        return fc.integer({
          min: Math.ceil(Math.max(minimum, -(2 ** 31))),
          max: Math.floor(Math.min(maximum, 2 ** 31 - 1)),
        })
      case 'number':
        return fc.double({ min: minimum, max: maximum, noNaN: true, noDefaultInfinity: true })
      case 'boolean':
        return fc.boolean()
      case 'array':
        return fc.array(this.#arbitrary(asObject(schema.items), depth + 1), {
          minLength: (schema as Words).minItems ?? 0,
          maxLength: Math.min((schema as Words).maxItems ?? 3, 5),
        })
      case 'object':
        return fc.constant(this.#making.make(schema))
      default:
        if (schema.pattern) return fc.stringMatching(new RegExp(String(schema.pattern), 'u'))
        return fc
          .string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) })
          .filter((text) => !/\p{Cc}/u.test(text))
    }
  }
}
