import type { Field } from '../plugin-document.ts'
import { isRefusedName, type Schema } from '../text/members.ts'
import { fitIdentifier, shortHash, UniqueNames } from '../text/names.ts'
import { quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { SchemaSimplifier } from './simple-schema.ts'

/** Gathers the inputs of one operation in one flat object, each under a unique name. */
export class Inputs {
  readonly fields: Field[] = []
  readonly simplifier: SchemaSimplifier
  readonly repairs: Repairs
  readonly #properties: Record<string, Schema> = {}
  readonly #required: string[] = []
  readonly #names = new UniqueNames()

  constructor(simplifier: SchemaSimplifier, repairs: Repairs) {
    this.simplifier = simplifier
    this.repairs = repairs
  }

  /** @returns the name of the input; undefined where nothing may have this name. */
  add(field: Omit<Field, 'name'>, schema: Schema, isRequired: boolean, pointer: string): string | undefined {
    const { wireName, place } = field
    if (isRefusedName(wireName))
      return void this.repairs.add(pointer, `An input cannot be named ${wireName}; it was left out.`)
    const fit = fitIdentifier(wireName) || `${place}_${shortHash(wireName, 6)}`
    const isTaken = this.#names.has(fit)
    const name = this.#names.take(isTaken ? fitIdentifier(`${place}_${fit}`) : fit)
    if (isTaken)
      this.repairs.add(pointer, `Two inputs are named ${quote(wireName)}; the one in the ${place} is renamed ${name}.`)
    this.fields.push({ name, ...field })
    this.#properties[name] = schema
    if (isRequired) this.#required.push(name)
    return name
  }

  schema(): Schema {
    return {
      type: 'object',
      properties: this.#properties,
      ...(this.#required.length > 0 && { required: this.#required }),
      additionalProperties: false,
    }
  }
}
