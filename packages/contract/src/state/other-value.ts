import type { CheckRun } from '../calls/check-run.ts'
import { asArray, asObject, type Schema } from '../spec/spec.ts'
import { formsOf, isSettable, memberSchema, typeOf } from '../values/forms.ts'
import { isFreeText } from '../values/texts.ts'
import type { Words } from './making.ts'
import { isSame } from './things.ts'

/** A value that matches and differs from another one wherever the schema lets it. Undefined where there is none. */
export function otherValue(run: CheckRun, schema: Schema, old: unknown, words: Words): unknown {
  const form = formsOf(schema).find((one) => typeOf(one) !== 'null') ?? {}
  return candidatesFor(run, form, old, words).find((one) => !isSame(one, old) && run.values.fits(schema, one))
}

function candidatesFor(run: CheckRun, form: Schema, old: unknown, words: Words): unknown[] {
  if (Array.isArray(form.enum)) return form.enum.filter((one) => one !== null)
  switch (typeOf(form)) {
    case 'boolean':
      return [old !== true]
    case 'integer':
    case 'number': {
      const step = Number(form.multipleOf ?? 1)
      return typeof old === 'number' ? [old + step, old - step] : [run.values.ordinary(form)]
    }
    case 'array': {
      const item = otherValue(run, asObject(form.items), asArray(old)[0], words)
      return item === undefined ? [] : [[item]]
    }
    case 'object':
      return [otherMembers(run, form, asObject(old), words)]
    default:
      return [...(isFreeText(form) ? [words.next()] : []), run.values.ordinary(form, { fresh: true })]
  }
}

function otherMembers(run: CheckRun, form: Schema, old: Schema, words: Words): Schema {
  const names = new Set([...Object.keys(asObject(form.properties)), ...Object.keys(old)])
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const schema = memberSchema(form, name)
      const value = isSettable(schema) ? (otherValue(run, schema, old[name], words) ?? old[name]) : undefined
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
