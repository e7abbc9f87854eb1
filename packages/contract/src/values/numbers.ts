import type { Schema } from '../spec/spec.ts'
import { typeOf } from './forms.ts'

/** 1, or the number next to it that the schema allows. */
export function makeNumber(form: Schema): number {
  const { least, most } = limitsOf(form)
  const step = Number(form.multipleOf ?? (typeOf(form) === 'integer' ? 1 : 0.5))
  const above = least === undefined ? [] : [Math.ceil(round(least / step)) * step, Math.floor(least / step + 1) * step]
  const below = most === undefined ? [] : [Math.floor(round(most / step)) * step, Math.ceil(most / step - 1) * step]
  const between = least === undefined || most === undefined ? [] : [(least + most) / 2]
  return [1, step, ...above, ...below, ...between].map(round).find((one) => isExact(one) && isAllowed(form, one)) ?? 1
}

function isAllowed(form: Schema, value: number): boolean {
  const { least, most } = limitsOf(form)
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = form
  const isShut = (limit: unknown, inclusive: unknown) => limit === value || (limit === true && inclusive === value)
  return (
    value >= (least ?? value) &&
    value <= (most ?? value) &&
    !isShut(exclusiveMinimum, minimum) &&
    !isShut(exclusiveMaximum, maximum) &&
    (typeof multipleOf !== 'number' || Number.isInteger(round(value / multipleOf))) &&
    (typeOf(form) !== 'integer' || Number.isInteger(value))
  )
}

/** The lowest and the highest number, of which an exclusive one is not allowed itself. */
export function limitsOf(form: Schema): { least: number | undefined; most: number | undefined } {
  const numbers = (...list: unknown[]): number[] => list.filter((one) => typeof one === 'number')
  const low = numbers(form.minimum, form.exclusiveMinimum)
  const high = numbers(form.maximum, form.exclusiveMaximum)
  return {
    least: low.length > 0 ? Math.max(...low) : undefined,
    most: high.length > 0 ? Math.min(...high) : undefined,
  }
}

/** Not a whole number above 2^53 of a spec, which may have been rounded as it was read. */
export const isExact = (value: unknown): boolean => !Number.isInteger(value) || Number.isSafeInteger(value)

/** 0.1 * 3 is 0.30000000000000004. */
const round = (value: number): number => Number(value.toPrecision(15))
