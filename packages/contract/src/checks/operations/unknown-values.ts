import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { asArray, asObject, type Input, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { formsOf, isSettable, memberSchema, typeOf } from '../../values/forms.ts'

const mostNames = 4

/**
 * The options that would reach an operation: values for what the tester can only make up.
 * @param refusal of a call with ordinary values
 */
export function optionsToReach(run: CheckRun, operation: SpecOperation, refusal?: Exchange): string {
  const { inputs, bodies } = operation
  const values = ordinaryValues(run, operation, { all: false })
  const needed = inputs.filter((input) => input.required && isUnknown(run, operation, input))
  const unknown = needed.filter(({ place, name }) => !run.pool.isAccepted(operation.path, name, values?.[place][name]))
  const isAboutId = refusal?.status === 404 && unknown.length > 0
  const members = isAboutId ? [] : membersToName(run, operation, bodies[0]?.schema ?? {}, refusal)
  const found = [...unknown.map(({ name }) => name), ...members]
  // A value may work at one operation and not at another.
  const names = found.length > 0 ? found : needed.map(({ name }) => nameFor(run, operation, name))
  if (names.length > 0) return [...new Set(names)].map((name) => `--value ${name}=VALUE`).join(' ')
  return operation.fields.length > 0 ? `--value ${operation.id}.NAME=VALUE` : 'it takes no values'
}

/** The members that a refusal names, or else those of which the schema says the least. */
function membersToName(
  run: CheckRun,
  operation: SpecOperation,
  schema: Schema,
  refusal: Exchange | undefined,
): string[] {
  const forms = formsOf(schema)
  const required = new Set(forms.flatMap((form) => asArray(form.required).map(String)))
  const members = forms.flatMap((form) =>
    Object.keys(asObject(form.properties)).map((name) => ({ name, schema: memberSchema(form, name) })),
  )
  const unknown = members.filter((one) => isSettable(one.schema) && isUnknown(run, operation, one))
  const texts = unknown.filter(({ name, schema: own }) => required.has(name) || typeOf(own) === 'string')
  const words = refusal ? wordsOf(refusal) : ''
  const mentioned = texts.filter(({ name }) => isMentioned(words, name))
  const needed = unknown.filter(({ name }) => required.has(name))
  const [chosen = []] = [mentioned, needed, unknown].filter((some) => some.length > 0)
  return chosen.slice(0, mostNames).map(({ name }) => nameFor(run, operation, name))
}

/** Whether neither the user nor the schema says a value. */
function isUnknown({ given }: CheckRun, { id }: SpecOperation, one: Pick<Input, 'name' | 'schema'>): boolean {
  if (given?.[one.name] !== undefined || given?.[`${id}.${one.name}`] !== undefined) return false
  const [form = {}] = formsOf(one.schema)
  return !form.enum && form.const === undefined && form.default === undefined && typeOf(form) !== 'boolean'
}

/** With the operation, where a value for every member of that name would change calls that work. */
function nameFor({ operations, report }: CheckRun, { id }: SpecOperation, name: string): string {
  const isUsed = operations.some(
    (other) => report.answered.has(other.id) && other.fields.some((field) => field.name === name),
  )
  return isUsed ? `${id}.${name}` : name
}

/** Members of refusals that say nothing about the input. */
const plain = /^(type|title|status|code|detail|details|instance|errors?|message|reason|description|path|timestamp)$/i

/** What a refusal says: its texts, and the names of its own members. */
function wordsOf({ json, text }: Exchange): string {
  const words: string[] = []
  const read = (node: unknown): void => {
    if (typeof node === 'string') words.push(node)
    else if (Array.isArray(node)) for (const one of node) read(one)
    else
      for (const [name, one] of Object.entries(asObject(node))) {
        if (!plain.test(name)) words.push(name)
        read(one)
      }
  }
  read(json)
  return words.length > 0 ? words.join('\n') : text
}

const isMentioned = (words: string, name: string): boolean =>
  new RegExp(`(?<![\\w-])${name.replaceAll(/[.*+?^$()|[\]{}\\]/g, '\\$&')}(?![\\w-])`, 'i').test(words)
