import { type CallValues, valueAt, withValue } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import { unaskedOf } from '../calls/confirming.ts'
import { isLearnt, ordinaryValues } from '../calls/ordinary.ts'
import type { Field, SpecOperation } from '../spec/spec.ts'
import type { Words } from '../state/making.ts'
import { otherValue } from '../state/other-value.ts'
import { isFreeText } from '../values/texts.ts'
import { isKeyInput } from './key.ts'

/** The values of an action that no other call has, without what a person is to agree to. `mark` is a text of its own. */
export interface Action {
  values: CallValues
  mark?: string
}

/** Ways to call an operation anew, the one with a text of its own first. */
export function newActions(run: CheckRun, operation: SpecOperation, words: Words): Action[] {
  const values = ordinaryValues(run, operation, { all: false, fresh: true })
  if (!values) return []
  const mark = words.next()
  const text = operation.fields.find((field) => isChangeable(field) && !isGiven(run, field) && isFreeText(field.schema))
  const marked = text && run.values.fits(text.schema, mark) ? withValue(values, text, mark) : undefined
  return [...(marked ? [{ values: marked, mark }] : []), { values }]
}

/** Valid calls that differ from one in a single value, the most telling first. */
export function otherActions(run: CheckRun, operation: SpecOperation, { values }: Action, words: Words): CallValues[] {
  // What was agreed to, such as a price, may be only what it is. A given value is one of those that the server knows.
  const agreed = unaskedOf(operation)
  const fields = operation.fields.filter((field) => isChangeable(field) && !agreed.includes(field.name))
  const rank = (field: Field) => (isGiven(run, field) ? 2 : valueAt(values, field) === undefined ? 1 : 0)
  return fields
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap((field) => {
      const value = otherValue(run, field.schema, valueAt(values, field), words)
      return value === undefined ? [] : [withValue(values, field, value)]
    })
}

/** The same call with another price, or whatever else the caller has to name as what was agreed to. */
export function otherAgreements(
  run: CheckRun,
  operation: SpecOperation,
  { values }: Action,
  words: Words,
): CallValues[] {
  const agreed = operation.fields.filter(({ name }) => unaskedOf(operation).includes(name))
  return agreed.flatMap((field) => {
    const old = valueAt(values, field)
    const value = old === undefined ? undefined : otherValue(run, field.schema, old, words)
    return value === undefined ? [] : [withValue(values, field, value)]
  })
}

/** Inputs that say what is done, and not to what, nor in which form it is answered. */
const isChangeable = (field: Field): boolean =>
  ['body', 'form', 'query'].includes(field.place) &&
  !isKeyInput(field) &&
  !isLearnt(field.name) &&
  !/confirm|^(expand|fields|include|format|locale|lang)/i.test(field.name)

const isGiven = ({ given }: CheckRun, { name }: Field): boolean => given?.[name] !== undefined

const mostCreations = 6

/**
 * Looks for and creates what an operation may act on, since what there is may have been acted on already. What the path of
 * the operation begins with comes last.
 */
export async function renew(run: CheckRun, { id, path }: SpecOperation): Promise<void> {
  const rank = (one: SpecOperation) => Number(one.method === 'POST') + Number(path.startsWith(one.path))
  const creating = run.operations
    .filter((one) => ['GET', 'POST'].includes(one.method) && one.id !== id && run.habits.get(one.id)?.isAccepted)
    .filter(({ path }) => !path.includes('{'))
    .toSorted((a, b) => rank(a) - rank(b))
  for (const one of creating.slice(-mostCreations)) {
    const values = ordinaryValues(run, one, { all: false, fresh: true })
    if (values && !run.isOver()) await call(run, one, values)
  }
}
