import { sourceOf } from '@reference-plugins/reader'
import type { SchemaCheck } from '../spec/schema-check.ts'
import { asArray, asObject, type Schema } from '../spec/spec.ts'
import { formsOf, isSettable, isUnknown, memberSchema, typeOf } from './forms.ts'
import { isExact, makeNumber } from './numbers.ts'
import { isFreeText, makeText, type TextSource } from './texts.ts'

type FastCheck = typeof import('fast-check')

export interface Wishes {
  /** With every optional member. */
  all?: boolean
  /** Made-up texts that no other call has sent, in place of the examples of the spec. */
  fresh?: boolean
  /** The name of an optional member of the whole that is given all the same. */
  also?: string
  /** The value that the user gives for an input. Undefined where none is given. */
  given?: (name: string, schema: Schema) => unknown
  /** The value from an earlier answer for an input. Undefined where none was learnt. */
  learnt?: (name: string, schema: Schema) => unknown
}

const deepest = 6
/** How deep a schema is followed that refers to itself. */
const deepestCircle = 2

/** Makes values that match whole schemas, of any type. What matches is decided by the validator. */
export class Values {
  readonly #check: SchemaCheck
  readonly #source: TextSource
  readonly #invalid = new WeakSet<Schema>()
  #turn = 0

  /** Loads fast-check, which a program that only imports the tester does not need. */
  static async open(check: SchemaCheck, seed: number): Promise<Values> {
    return new Values(check, seed, await import('fast-check'))
  }

  private constructor(check: SchemaCheck, seed: number, fc: FastCheck) {
    this.#check = check
    this.#source = { fc, seed, made: new Map() }
  }

  /** A value that matches. Undefined where none was found. */
  ordinary(schema: Schema, wishes: Wishes = {}): unknown {
    return this.#value(schema, wishes, 0)
  }

  /** A value of each branch of a schema but the first. */
  branches(schema: Schema): unknown[] {
    return formsOf(schema)
      .slice(1, 5)
      .map((form) => this.#ofForm(form, { all: true, fresh: true }, 0))
      .filter((one) => one !== undefined && one !== null && this.fits(schema, one))
  }

  /** Whether a value matches. Nothing matches an invalid schema. */
  fits(schema: Schema, value: unknown): boolean {
    if (this.#invalid.has(schema)) return false
    try {
      return this.#check.fits(schema, value)
    } catch {
      this.#invalid.add(schema)
      return false
    }
  }

  /** The least, with those of the other members with which it still matches. */
  #asManyAsFit(schema: Schema, form: Schema, all: unknown, wishes: Wishes, depth: number): unknown {
    let value = this.#ofForm(form, { ...wishes, all: false }, depth)
    if (value === undefined || !this.fits(schema, value)) return undefined
    for (const [name, one] of Object.entries(asObject(all))) {
      const more = { ...asObject(value), [name]: one }
      if (this.fits(schema, more)) value = more
    }
    return value
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
        if (value !== undefined && (this.fits(schema, value) || this.#invalid.has(schema))) return value
        const fewer =
          wishes.all && typeOf(form) === 'object' ? this.#asManyAsFit(schema, form, value, wishes, depth) : undefined
        if (fewer !== undefined) return fewer
        if (typeOf(form) !== 'string') break
      }
      if (form.not !== undefined) {
        const other = this.#variants(form).find((one) => this.fits(schema, one))
        if (other !== undefined) return other
      }
    }
    return undefined
  }

  /** What the spec shows. A fresh value is made in place of an example that is free text. */
  #shown(schema: Schema, { all, fresh }: Wishes): unknown {
    if (schema.const !== undefined) return schema.const
    // An empty one has nothing in it that could be judged.
    const isUseful = !all || !isEmpty(schema.default)
    const examples = [schema.example, ...asArray(schema.examples), ...(isUseful ? [schema.default] : [])]
    const isMade = fresh && (isFreeText(schema) || ['uuid', 'email'].includes(String(schema.format)))
    return [...(isMade ? [] : examples), ...asArray(schema.enum)].find(
      (one) => one !== undefined && one !== null && isExact(one) && this.fits(schema, one),
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
        return makeText(form, this.#turn++, this.#source)
    }
  }

  #list(form: Schema, wishes: Wishes, depth: number): unknown {
    const { minItems = 0, maxItems = 50, items, prefixItems, contains, uniqueItems } = form
    const least = Number(minItems)
    const list = asArray(prefixItems).map((one) => this.#value(asObject(one), wishes, depth + 1))
    if (contains !== undefined) list.push(this.#value(asObject(contains), wishes, depth + 1))
    const item = asObject(items)
    // Nothing is known of the items where a schema refers to itself.
    const isDeep = depth >= (isCircle(item) ? deepestCircle : deepest)
    const wanted = Math.max(least, isUnknown(items) || isDeep ? 0 : Math.min(1, Number(maxItems)))
    for (let index = list.length; index < Math.min(wanted, 2_000); index++) {
      let one = this.#value(item, index === 0 ? wishes : { ...wishes, fresh: true }, depth + 1)
      if (uniqueItems === true && list.some((other) => isSame(other, one)))
        one = this.#variants(item).find((other) => !list.some((before) => isSame(before, other)))
      if (one === undefined) return least > list.length ? undefined : list
      list.push(one)
    }
    return list
  }

  /** Some different values of a schema with few of them. */
  #variants(schema: Schema): unknown[] {
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
      const isNamed =
        (depth === 0 && wishes.also === name) || wishes.given?.(name, memberSchema(form, name)) !== undefined
      const isWanted = isNamed || (wishes.all && depth < (isCircle(properties[name]) ? deepestCircle : deepest))
      if (size < least || (isWanted && size < most)) add(name)
    }
    for (let index = 0; Object.keys(value).length < least && index < least; index++) {
      const [pattern] = Object.keys(asObject(form.patternProperties))
      add(makeText({ pattern }, this.#turn++, this.#source))
    }
    // A map without members has nothing in it that could be judged.
    const isMap = !form.properties && !form.propertyNames && asObject(form.additionalProperties).type !== undefined
    if (isMap && wishes.all && depth < deepest && Object.keys(value).length === 0 && most > 0) add('contract')
    for (const [name, needed] of Object.entries(asObject(form.dependentRequired)))
      if (Object.hasOwn(value, name)) for (const one of asArray(needed)) add(String(one))
    return value
  }
}

const isCircle = (schema: unknown): boolean =>
  Object.keys(asObject(schema)).length === 0 && sourceOf(asObject(schema)) !== undefined

const isEmpty = (value: unknown): boolean =>
  value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
