import { call } from '../../calls/check-run.ts'
import { toRequest } from '../../calls/request.ts'
import { asObject, type Schema } from '../../spec/spec.ts'
import type { Life } from '../../state/life.ts'
import { newValues, readThing, toThing, valuesFor } from '../../state/making.ts'
import { answerSchema } from '../../state/resource.ts'
import { thingIn } from '../../state/things.ts'
import { formsOf, isSettable, typeOf } from '../../values/forms.ts'

/** A client cannot set what only the server sets, nor change what all objects share. */
export async function checkUnasked(life: Life): Promise<void> {
  await checkServersMembers(life)
  await checkPrototype(life)
}

/** The members of answers that no request has, with values that the server would not choose. */
function foreignMembers({ run, resource, create, thing }: Life): Schema {
  const request = formsOf(create.bodies[0]?.schema ?? {})
  const takes = new Set(request.flatMap((form) => Object.keys(asObject(form.properties))))
  const found: Schema = {}
  const answers = [create, ...(resource.read ? [resource.read] : [])].map(answerSchema)
  const schemas = answers.flatMap((schema) => [schema, ...Object.values(asObject(schema.properties)).map(asObject)])
  for (const form of schemas.flatMap(formsOf))
    for (const [name, schema] of Object.entries(asObject(form.properties))) {
      const [own = {}] = formsOf(asObject(schema))
      if (takes.has(name) && isSettable(schema) && !request.some((one) => !isSettable(asObject(one.properties)[name])))
        continue
      const value = strangeValue(own, run.values.ordinary(own, { fresh: true }))
      if (value !== undefined && run.values.fits(asObject(schema), value)) found[name] = value
    }
  // Only what the thing itself has, and not with this value already.
  const shown = thingIn(thing.made.json, thing.sent)
  return Object.fromEntries(
    Object.entries(found).filter(([name, value]) => Object.hasOwn(shown, name) && shown[name] !== value),
  )
}

function strangeValue(form: Schema, ordinary: unknown): unknown {
  const type = typeOf(form)
  if (Array.isArray(form.enum)) return form.enum.at(-1)
  if (form.format === 'date-time') return '2001-02-03T04:05:06Z'
  if (form.format === 'date') return '2001-02-03'
  if (type === 'integer' || type === 'number') return 987_654
  if (type === 'string' && !form.format && !form.pattern) return 'set-by-the-client'
  return type === 'string' ? ordinary : undefined
}

async function checkServersMembers(life: Life): Promise<void> {
  const { run, resource, create, words } = life
  const foreign = foreignMembers(life)
  if (Object.keys(foreign).length === 0) return
  for (const writer of [create, resource.change ?? resource.replace]) {
    if (!writer || run.isOver()) continue
    const canary = words.next()
    const values =
      writer === create
        ? newValues(run, resource, canary)
        : valuesFor(run, resource, writer, life.things[0] ?? life.thing)
    if (!values?.body || values.body.value === null || typeof values.body.value !== 'object') continue
    const body = { ...values.body, value: { ...values.body.value, ...foreign } }
    const exchange = await call(run, writer, { ...values, body })
    if (!exchange || exchange.status >= 300) continue
    const thing = writer === create ? toThing(run, resource, canary, values, exchange) : (life.things[0] ?? life.thing)
    const read = await readThing(run, resource, thing)
    const shown = thingIn(read && read.status < 300 ? read.json : exchange.json, thing.sent)
    for (const [name, value] of Object.entries(foreign)) {
      const isTaken =
        shown[name] === value ||
        (typeof value === 'string' && value.startsWith('2001-02-03') && String(shown[name]).startsWith('2001-02-03'))
      if (isTaken)
        run.report.addTo(
          writer,
          'unasked-taken',
          `${name}: ${JSON.stringify(value)} was sent, and the item has it, though no request has this member`,
          exchange.curl,
          `a refusal, or another ${name} than ${JSON.stringify(value)}`,
        )
    }
  }
}

const word = 'contractPollution'

/** In JavaScript, `__proto__` may reach every object. */
async function checkPrototype(life: Life): Promise<void> {
  const { run, resource, create, words, thing } = life
  const values = newValues(run, resource, words.next())
  const request = values && toRequest(create, values)
  if (!request?.body?.startsWith('{') || run.isOver()) return
  for (const member of [`"__proto__":{"${word}":"${word}"}`, `"constructor":{"prototype":{"${word}":"${word}"}}`]) {
    const exchange = await run.client.attempt({ ...request, body: `{${member},${request.body.slice(1)}` })
    if (!exchange) continue
    if (exchange.status >= 500)
      run.report.addTo(create, 'server-error', `${member} is answered with ${exchange.status}`, exchange.curl)
    const other = await readThing(run, resource, life.things[0] ?? thing)
    if (other?.text.includes(word))
      return run.report.addTo(create, 'prototype-reached', `${member} changes other items`, exchange.curl)
  }
}
