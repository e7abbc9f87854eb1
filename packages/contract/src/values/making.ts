import type { SchemaCheck } from '../schema-check.ts'
import { asArray, asObject, type Schema } from '../spec.ts'
import { formsOf, typeOf } from './forms.ts'
import { makeText } from './texts.ts'

type FastCheck = typeof import('fast-check')

export interface Wishes {
  /** With every optional member. */
  all?: boolean
  /** Made-up texts that no other call has sent, in place of the examples of the spec. */
  fresh?: boolean
  /** The value that the user gives for an input. Undefined where none is given. */
  given?: (name: string, schema: Schema) => unknown
  /** The value from an earlier answer for an input. Undefined where none was learnt. */
  learnt?: (name: string, schema: Schema) => unknown
}

const deepest = 6

/** Makes values that match whole schemas, of any type. */
export class Making {
  readonly #check: SchemaCheck
  readonly #seed: number
  readonly #fc: FastCheck
  #turn = 0

  constructor(check: SchemaCheck, seed: number, fc: FastCheck) {
    this.#check = check
    this.#seed = seed
    this.#fc = fc
  }

  /** A value that matches. Undefined where none was found. */
  make(schema: Schema, wishes: Wishes = {}): unknown {
    return this.#value(schema, wishes, 0)
  }

  fits(schema: Schema, value: unknown): boolean {
    try {
      return this.#check.fits(schema, value)
    } catch {
      return false
    }
  }

  #value(schema: Schema, wishes: Wishes, depth: number): unknown {
    const shown = this.#shown(schema, wishes)
    if (shown !== undefined) return shown
    const forms = formsOf(schema)
    const [only] = forms
    if (depth > 0 && forms.length === 1 && only && !only.pattern && !only.not) return this.#ofForm(only, wishes, depth)
    for (const form of forms) {
      // Some values of a pattern or a format do not match the other keywords.
      for (let attempt = 0; attempt < 3; attempt++) {
        const value = this.#ofForm(form, wishes, depth)
        if (value !== undefined && this.fits(schema, value)) return value
        if (typeOf(form) !== 'string') break
      }
    }
    return undefined
  }

  /** What the spec shows. A fresh value is made in place of an example that is free text. */
  #shown(schema: Schema, { fresh }: Wishes): unknown {
    if (schema.const !== undefined) return schema.const
    const examples = [schema.example, ...asArray(schema.examples), schema.default]
    const isMade = fresh && typeOf(schema) === 'string' && !schema.enum
    return [...(isMade ? [] : examples), ...asArray(schema.enum)].find(
      (one) => one !== undefined && one !== null && this.fits(schema, one),
    )
  }

  #ofForm(form: Schema, wishes: Wishes, depth: number): unknown {
    const choices = form.const !== undefined ? [form.const] : asArray(form.enum)
    if (choices.length > 0) return choices.find((one) => one !== null) ?? choices[0]
    switch (typeOf(form)) {
      case 'null':
        return null
      case 'boolean':
        return true
      case 'integer':
      case 'number':
        return makeNumber(form)
      case 'array':
        return this.#list(form, wishes, depth)
      case 'object':
        return this.#object(form, wishes, depth)
      default:
        return makeText(form, this.#turn++, this.#seed, this.#fc)
    }
  }

  #list(form: Schema, wishes: Wishes, depth: number): unknown {
    const { minItems = 0, maxItems = 50, items, prefixItems, contains, uniqueItems } = form
    const least = Number(minItems)
    const list = asArray(prefixItems).map((one) => this.#value(asObject(one), wishes, depth + 1))
    if (contains !== undefined) list.push(this.#value(asObject(contains), wishes, depth + 1))
    const item = asObject(items)
    // Nothing is known of the items where a schema refers to itself.
    const wanted = Math.max(least, isUnknown(items) || depth >= deepest ? 0 : Math.min(1, Number(maxItems)))
    for (let index = list.length; index < Math.min(wanted, 2_000); index++) {
      let one = this.#value(item, index === 0 ? wishes : { ...wishes, fresh: true }, depth + 1)
      if (uniqueItems === true && list.some((other) => isSame(other, one)))
        one = this.variants(item).find((other) => !list.some((before) => isSame(before, other)))
      if (one === undefined) return least > list.length ? undefined : list
      list.push(one)
    }
    return list
  }

  /** Some different values of a schema with few of them. */
  variants(schema: Schema): unknown[] {
    const [form = {}] = formsOf(schema)
    if (Array.isArray(form.enum)) return form.enum
    const first = makeNumber(form)
    const step = Number(form.multipleOf ?? 1)
    return typeOf(form) === 'integer' || typeOf(form) === 'number'
      ? Array.from({ length: 50 }, (_, index) => first + index * step).filter((one) => this.fits(schema, one))
      : [true, false].filter((one) => this.fits(schema, one))
  }

  #object(form: Schema, wishes: Wishes, depth: number): unknown {
    const properties = asObject(form.properties)
    const required = asArray(form.required).map(String)
    const value: Record<string, unknown> = {}
    const add = (name: string): boolean => {
      if (Object.hasOwn(value, name)) return true
      const member = memberSchema(form, name)
      const one =
        wishes.given?.(name, member) ?? wishes.learnt?.(name, member) ?? this.#value(member, wishes, depth + 1)
      if (one === undefined) return false
      value[name] = one
      return true
    }
    if (depth > 20) return undefined
    for (const name of required) if (!add(name)) return undefined
    const optional = Object.keys(properties).filter((name) => !required.includes(name) && isSettable(properties[name]))
    const least = Number(form.minProperties ?? 0)
    const most = Number(form.maxProperties ?? 1_000)
    for (const name of optional) {
      const size = Object.keys(value).length
      const isWanted = wishes.all ? depth < deepest : wishes.given?.(name, memberSchema(form, name)) !== undefined
      if (size < least || (isWanted && size < most)) add(name)
    }
    for (let index = 0; Object.keys(value).length < least && index < least; index++) {
      const [pattern] = Object.keys(asObject(form.patternProperties))
      add(makeText({ pattern }, this.#turn++, this.#seed, this.#fc))
    }
    for (const [name, needed] of Object.entries(asObject(form.dependentRequired)))
      if (Object.hasOwn(value, name)) for (const one of asArray(needed)) add(String(one))
    return value
  }
}

/** The schema of one member of an object, also of one that has no name in the schema. */
export function memberSchema(form: Schema, name: string): Schema {
  const properties = asObject(form.properties)
  if (Object.hasOwn(properties, name)) return asObject(properties[name])
  for (const [pattern, one] of Object.entries(asObject(form.patternProperties))) {
    try {
      if (new RegExp(pattern, 'u').test(name)) return asObject(one)
    } catch {
      // The check of the spec reports it.
    }
  }
  return asObject(form.additionalProperties)
}

/** Only the server sets what is readOnly. */
export const isSettable = (schema: unknown): boolean =>
  formsOf(asObject(schema)).every((form) => form.readOnly !== true) && schema !== false

export const isUnknown = (schema: unknown): boolean =>
  schema === undefined || schema === true || Object.keys(asObject(schema)).every((word) => word === 'description')

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** 1, or the number next to it that the limits allow. */
export function makeNumber(form: Schema): number {
  const step = typeof form.multipleOf === 'number' && form.multipleOf > 0 ? form.multipleOf : undefined
  const isWhole = typeOf(form) === 'integer'
  const { least, most } = limitsOf(form)
  const unit = step ?? (isWhole ? 1 : 0)
  const low =
    least === undefined
      ? undefined
      : form.exclusiveMinimum !== undefined && least === lowOf(form)
        ? least + (unit || 0.5)
        : least
  let value = Math.max(low ?? Number.NEGATIVE_INFINITY, Math.min(1, most ?? 1))
  if (unit > 0) value = round(Math.ceil(round(value / unit)) * unit)
  if (most !== undefined && value > most) value = unit > 0 ? round(Math.floor(most / unit) * unit) : most
  if (
    !isWhole &&
    !step &&
    most !== undefined &&
    least !== undefined &&
    (value >= most || value <= least) &&
    most > least
  )
    value = (least + most) / 2
  return value
}

const lowOf = (form: Schema): number | undefined =>
  typeof form.exclusiveMinimum === 'number'
    ? form.exclusiveMinimum
    : form.exclusiveMinimum === true
      ? Number(form.minimum)
      : undefined

/** The lowest and the highest number, of which an exclusive one is not allowed itself. */
export function limitsOf(form: Schema): { least: number | undefined; most: number | undefined } {
  const numbers = (...list: unknown[]): number[] => list.filter((one) => typeof one === 'number') as number[]
  const low = numbers(form.minimum, form.exclusiveMinimum)
  const high = numbers(form.maximum, form.exclusiveMaximum)
  return {
    least: low.length > 0 ? Math.max(...low) : undefined,
    most: high.length > 0 ? Math.min(...high) : undefined,
  }
}

/** 0.1 * 3 is 0.30000000000000004. */
const round = (value: number): number => Number(value.toPrecision(15))
