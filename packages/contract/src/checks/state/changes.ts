import type { CallValues } from '../../calls/call-values.ts'
import { call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { asArray, asObject, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { compare } from '../../state/echo.ts'
import { echoKey, type Life } from '../../state/life.ts'
import { type Member, make, membersOf, readThing, type Thing, valuesFor } from '../../state/making.ts'
import { otherValue } from '../../state/other-value.ts'
import { isSame, isServersOwn, thingIn } from '../../state/things.ts'
import { typeOf } from '../../values/forms.ts'
import { readNeighbours } from './neighbours.ts'

/** A change is there afterwards, and what was not sent stays as it was. Where the time is short, one change has to do. */
export async function checkChanges(life: Life): Promise<void> {
  const { run, resource, words, thing: first } = life
  const { change, replace, read } = resource
  if (!read || !(change ?? replace)) return
  const thing = await make(run, resource, words.next(), { path: first.path })
  if (!thing || thing.id === undefined) return
  const isHurried = run.isHurried?.() ?? false
  const other = life.things[0] ?? first
  const before = isHurried ? undefined : await readThing(run, resource, other)
  for (const writer of [change, replace]) {
    if (!writer || run.isOver() || (isHurried && writer === replace && change)) continue
    const neighbours = isHurried ? undefined : await readNeighbours(life, thing)
    const sent =
      writer === change ? await checkSteps(life, writer, thing) : asList(await checkReplacement(life, writer, thing))
    if (before) await checkOther(life, writer, other, before)
    await neighbours?.judgeChange(writer, sent)
  }
}

const asList = (sent: Schema | undefined): Schema[] => (sent ? [sent] : [])

/** The most telling one first, and the others as long as there is time. Answers what was sent. */
async function checkSteps(life: Life, change: SpecOperation, thing: Thing): Promise<Schema[]> {
  const steps = stepsOf(life, change)
  const telling = steps.find(({ member, value }) => member.isText && value !== null && value !== '') ?? steps.at(-1)
  const sent: Schema[] = []
  for (const step of telling ? [telling, ...steps.filter((one) => one !== telling)] : []) {
    if (sent.length > 0 && life.run.isHurried?.()) break
    await checkChange(life, change, thing, step)
    sent.push({ [step.member.name]: step.value })
  }
  return sent
}

/** A change of one thing leaves another one as it is. */
async function checkOther(life: Life, writer: SpecOperation, other: Thing, before: Exchange): Promise<void> {
  const { run, resource } = life
  const after = await readThing(run, resource, other)
  if (!after || before.status >= 300) return
  const [old, now] = [shownOf(before, other), shownOf(after, other)]
  const changed = Object.keys(other.sent).find((name) => !isSame(old[name], now[name]))
  if (after.status === 404 || (after.status < 300 && changed !== undefined))
    run.report.addTo(
      writer,
      'change-spills',
      `a change of one item changes ${changed ?? 'all'} of another item`,
      after.curl,
      changed === undefined ? 'the other item as it was' : `the other item keeps ${said(changed, old[changed])}`,
    )
}

const shownOf = ({ json }: Exchange, { sent }: Pick<Thing, 'sent'>): Schema => thingIn(json, sent)

interface Step {
  member: Member
  value: unknown
}

/** To what is empty, which a server may take for nothing, and then to another value. */
function stepsOf({ run, words, thing }: Life, change: SpecOperation): Step[] {
  return membersOf(run, change)
    .slice(0, 10)
    .flatMap((member) => {
      const { form, schema, isText } = member
      const type = typeOf(form)
      const values: unknown[] = []
      if (schema !== form) values.push(null)
      if (isText) values.push('', words.next())
      else if (type === 'boolean') values.push(true, false)
      else if (Array.isArray(form.enum)) values.push(form.enum.at(-1), form.enum[0])
      else if (type === 'integer' || type === 'number')
        values.push(0, form.minimum, otherValue(run, form, thing.sent[member.name] ?? form.default, words))
      else if (type === 'array') values.push([], otherValue(run, form, thing.sent[member.name], words))
      else if (type === 'object') values.push(otherValue(run, form, thing.sent[member.name], words))
      return values
        .filter(
          (value, index) => value !== undefined && values.indexOf(value) === index && run.values.fits(schema, value),
        )
        .slice(0, 3)
        .map((value) => ({ member, value }))
    })
}

/** What is shown before a change and after it, and what the change itself answered. */
interface Shown {
  old: Record<string, unknown>
  now: Record<string, unknown>
  answered: Record<string, unknown>
}

/** How a change was lost, and what it had to show. Undefined where it was not. */
function lostChange(
  change: SpecOperation,
  { member, value }: Step,
  thing: Thing,
  { old, now, answered }: Shown,
): { detail: string; expected: string } | undefined {
  const { name, schema } = member
  const wanted = said(name, value)
  const expected = `the item shows ${wanted}`
  if (compare(name, value, now[name], schema) === 'other')
    return { detail: `${wanted} was sent, and the item then shows ${shorten(now[name])}`, expected }
  const hadSent = asArray(thing.sent[name]).some((one) => asArray(old[name]).some((other) => isSame(one, other)))
  if (hadSent && keepsItems(value, old[name], now[name]) && !isAdding(change, member))
    return { detail: `${shorten(value)} was sent for ${name}, and the item then shows ${shorten(now[name])}`, expected }
  // What is empty was taken for nothing.
  if (value === '' && typeof now[name] === 'string' && now[name] === old[name] && old[name] !== '')
    return { detail: `${wanted} was sent, and the item still shows ${shorten(now[name])}`, expected }
  if (Object.hasOwn(answered, name) && compare(name, value, answered[name], schema) === 'other')
    return {
      detail: `${wanted} was sent, and the answer shows ${shorten(answered[name])}`,
      expected: `the answer shows ${wanted}`,
    }
  return undefined
}

async function checkChange(life: Life, change: SpecOperation, thing: Thing, { member, value }: Step): Promise<void> {
  const { run, resource } = life
  const { report } = run
  const { read } = resource
  if (!read) return
  const schema = change.bodies[0]?.schema ?? {}
  const values = valuesFor(run, resource, change, thing)
  const before = await readThing(run, resource, thing)
  if (!values?.body || !before || before.status >= 300 || run.isOver()) return
  const required = asObject(values.body.value)
  const names = new Set(Array.isArray(schema.required) ? schema.required.map(String) : [])
  const body = {
    ...Object.fromEntries(Object.entries(required).filter(([name]) => names.has(name))),
    [member.name]: value,
  }
  if (!run.values.fits(schema, body)) return
  const exchange = await callAgain(life, change, { ...values, body: { ...values.body, value: body } }, thing)
  if (!exchange || exchange.status >= 300 || exchange.status === 202) return
  const after = await readThing(run, resource, thing)
  if (after && [404, 410].includes(after.status)) return sayGone(life, change, exchange, after)
  if (!after || after.status >= 300) return
  const [old, now] = [shownOf(before, thing), shownOf(after, thing)]
  const answered = thingIn(exchange.json, { ...thing.sent, [member.name]: value })
  const isKept = member.isText || life.echoed.has(echoKey(read, member.name))
  const fault = isKept ? lostChange(change, { member, value }, thing, { old, now, answered }) : undefined
  if (fault) report.addTo(change, 'change-lost', fault.detail, exchange.curl, fault.expected)
  const lost = [...Object.keys(thing.sent), ...Object.keys(old).filter(isFixed)].find(
    (name) =>
      !Object.hasOwn(body, name) && !isServersOwn(name) && Object.hasOwn(old, name) && !isSame(old[name], now[name]),
  )
  // A state may follow from another member.
  if (lost !== undefined && !/stat(e|us)$|progress|complete|done|slug/i.test(lost))
    report.addTo(
      change,
      'change-clobbers',
      `only ${member.name} was sent, and ${lost} changed from ${shorten(old[lost])} to ${shorten(now[lost])}`,
      exchange.curl,
      `the item keeps ${said(lost, old[lost])}`,
    )
}

const sayGone = ({ run }: Life, writer: SpecOperation, { curl }: Exchange, { status }: Exchange): void =>
  run.report.addTo(
    writer,
    'change-lost',
    `the item is answered with ${status} after the change`,
    curl,
    '200 with the changed item',
  )

/** What stays for the whole life of a thing. */
const isFixed = (name: string): boolean =>
  /^(_?id|uuid|created(_?(at|on|date|by))?|owner(_?id)?|date_?created|creation_?(date|time))$/i.test(name)

/** Whether a list still has everything that was in it, though a list without that was sent. */
const keepsItems = (sent: unknown, old: unknown, now: unknown): boolean =>
  Array.isArray(sent) &&
  Array.isArray(old) &&
  Array.isArray(now) &&
  old.length > 0 &&
  [...old, ...sent].every((one) => now.some((other) => isSame(one, other))) &&
  !old.some((one) => sent.some((other) => isSame(one, other)))

/** Whether the spec says that what is sent is added to what is there. */
const isAdding = ({ node: { summary, description } }: SpecOperation, { schema }: Member): boolean =>
  /\b(add(s|ed|ing)?|append\w*|merg\w*)\b/i.test(`${summary} ${description} ${schema.description}`)

/** A change that needs the current version is sent again with it. */
async function callAgain(
  life: Life,
  operation: SpecOperation,
  values: CallValues,
  thing: Thing,
): Promise<Exchange | undefined> {
  const { run, resource } = life
  const exchange = await call(run, operation, values)
  if (!exchange || ![412, 428].includes(exchange.status)) return exchange
  const current = await readThing(run, resource, thing)
  const tag = current?.headers.etag
  const name = operation.inputs.find((one) => one.place === 'header' && /^if-match$/i.test(one.name))?.name
  return tag && name ? call(run, operation, { ...values, header: { ...values.header, [name]: tag } }) : exchange
}

/** Answers what was sent. */
async function checkReplacement(life: Life, replace: SpecOperation, thing: Thing): Promise<Schema | undefined> {
  const { run, resource, words } = life
  const { report } = run
  const { read } = resource
  if (!read) return undefined
  const values = valuesFor(run, resource, replace, thing)
  const [body] = replace.bodies
  if (!body || !values || run.isOver()) return undefined
  const members = membersOf(run, replace)
  const whole = run.values.ordinary(body.schema, { all: true, fresh: true })
  if (whole === null || typeof whole !== 'object' || Array.isArray(whole)) return undefined
  const before = await readThing(run, resource, thing)
  if (!before || before.status >= 300) return undefined
  const old = shownOf(before, thing)
  // Ids of other things, and what else is not made up, stay what they are.
  const sent: Schema = { ...(whole as Schema) }
  for (const name of Object.keys(sent))
    if (!members.some((one) => one.name === name) && Object.hasOwn(old, name)) sent[name] = old[name]
  for (const { name, isText } of members) if (isText) sent[name] = words.next()
  for (const { name, form } of members)
    if (typeOf(form) === 'boolean' && run.values.fits(form, false)) sent[name] = false
  if (!run.values.fits(body.schema, sent)) return undefined
  const exchange = await callAgain(
    life,
    replace,
    { ...values, body: { mediaType: body.mediaType, value: sent } },
    thing,
  )
  if (!exchange || exchange.status >= 300 || exchange.status === 202) return undefined
  const after = await readThing(run, resource, thing)
  if (after && [404, 410].includes(after.status)) sayGone(life, replace, exchange, after)
  if (!after || after.status >= 300) return sent
  const now = shownOf(after, { sent })
  for (const { name, schema, isText } of members) {
    if (!Object.hasOwn(sent, name) || !(isText || life.echoed.has(echoKey(read, name)))) continue
    if (compare(name, sent[name], now[name], schema) === 'other')
      report.addTo(
        replace,
        'change-lost',
        `${said(name, sent[name])} was sent, and the item then shows ${shorten(now[name])}`,
        exchange.curl,
        `the item shows ${said(name, sent[name])}`,
      )
  }
  const lost = Object.keys(old).find(
    (name) => isFixed(name) && !Object.hasOwn(sent, name) && !isSame(old[name], now[name]),
  )
  if (lost !== undefined)
    report.addTo(
      replace,
      'change-clobbers',
      `${lost} changed from ${shorten(old[lost])} to ${shorten(now[lost])}`,
      exchange.curl,
      `the item keeps ${said(lost, old[lost])}`,
    )
  return sent
}

const shorten = (value: unknown): string => JSON.stringify(value)?.slice(0, 60) ?? 'nothing'
const said = (name: string, value: unknown): string => `${name}: ${shorten(value)}`
