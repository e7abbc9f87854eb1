import type { Exchange } from '../../calls/client.ts'
import { resourceOf } from '../../calls/pool.ts'
import type { Schema, SpecOperation } from '../../spec/spec.ts'
import { asObject } from '../../spec/spec.ts'
import { compare, isEmpty } from '../../state/echo.ts'
import { echoKey, keyIn, type Life, listValues } from '../../state/life.ts'
import { type Member, make, readThing, type Thing } from '../../state/making.ts'
import { readList } from '../../state/paging.ts'
import { answerSchema } from '../../state/resource.ts'
import { itemOf, itemsOf, thingIn } from '../../state/things.ts'
import { formsOf, typeOf } from '../../values/forms.ts'
import { limitsOf } from '../../values/numbers.ts'

/** What was sent comes back: in the answer of the creation, when the thing is read, and in lists. */
export async function checkFirstEcho(life: Life): Promise<void> {
  const { thing, members } = life
  const sights = await sightsOf(life, thing)
  for (const { name, schema } of members) {
    const sent = thing.sent[name]
    if (sent === undefined) continue
    for (const { operation, shown } of sights)
      if (compare(name, sent, shown[name], schema) === 'same') life.echoed.add(echoKey(operation, name))
  }
  judgeEchoes(life, thing, sights, members)
}

/** Values at which servers often stop: what is empty, what is long, other scripts. */
export async function checkEchoes(life: Life): Promise<void> {
  const { run, resource, members, words } = life
  const least = asObject(life.create.bodies[0]?.schema)
  for (const kind of ['empty', 'other', 'long', 'null'] as const) {
    const chosen: Schema = {}
    const used: Member[] = []
    const canary = words.next()
    for (const member of members) {
      const value = edgeFor(kind, member, canary)
      if (value === undefined || !run.values.fits(member.schema, value)) continue
      chosen[member.name] = value
      used.push(member)
    }
    // Something must remain by which to find it.
    const isFound = Object.values(chosen).some((one) => typeof one === 'string' && one.includes(canary))
    const texts = members.filter(({ isText }) => isText)
    if (!isFound && texts.length > 0) {
      const [main] = texts
      if (main && Object.hasOwn(chosen, main.name)) {
        delete chosen[main.name]
        used.splice(used.indexOf(main), 1)
      }
    }
    if (used.length === 0 || run.isOver()) continue
    const thing = await make(run, resource, canary, { members: chosen })
    if (thing) judgeEchoes(life, thing, await sightsOf(life, thing), used)
    else if (used.length > 1 && Object.keys(least).length > 0)
      // One of them may be refused for its meaning.
      for (const member of used.slice(0, 6)) {
        const alone = await make(run, resource, words.next(), { members: { [member.name]: chosen[member.name] } })
        if (alone) judgeEchoes(life, alone, await sightsOf(life, alone), [member])
      }
  }
}

function edgeFor(kind: 'empty' | 'other' | 'long' | 'null', { schema, form, isText }: Member, canary: string): unknown {
  const { least, most } = limitsOf(form)
  const type = typeOf(form)
  if (kind === 'null') return form === schema ? undefined : null
  if (kind === 'empty') {
    if (type === 'boolean') return false
    if (type === 'array') return []
    if (type === 'integer' || type === 'number') return (least ?? 0) <= 0 && (most ?? 0) >= 0 ? 0 : least
    return isText ? '' : undefined
  }
  if (kind === 'other') {
    if (type === 'boolean') return true
    if (Array.isArray(form.enum)) return form.enum.findLast((one) => one !== null)
    if (type === 'integer') return most ?? 1_234_567
    if (type === 'number') return most === undefined || most > 12.25 ? Math.max(12.25, least ?? 12.25) : most
    if (isText) return ` ${canary} Zoë's “naïve” 牛奶 🥛 100% a+b & c/d \\ E `
    const item = asObject(form.items)
    if (type === 'array' && typeOf(item) === 'string' && !item.enum && !item.format && !item.pattern)
      return [`${canary}One`, `${canary}Two`]
    // With several keys it shows whether all of them are kept.
    const value = asObject(form.additionalProperties)
    if (type === 'object' && !form.properties && !form.propertyNames && typeOf(value) === 'string')
      return { [`${canary}one`]: `${canary}a`, [`${canary}two`]: `${canary}b` }
    return undefined
  }
  // The end shows whether it was cut.
  const longest = Math.min(Number(form.maxLength ?? 600), 5_000)
  return isText && longest > canary.length + 4 ? `${canary} ${'x'.repeat(longest - canary.length - 4)}end` : undefined
}

interface Sight {
  operation: SpecOperation
  exchange: Exchange
  shown: Schema
}

/** A thing as each operation shows it. */
async function sightsOf(life: Life, thing: Thing): Promise<Sight[]> {
  const { run, resource, create } = life
  const sights: Sight[] = [{ operation: create, exchange: thing.made, shown: thingIn(thing.made.json, thing.sent) }]
  const one = await readThing(run, resource, thing)
  if (resource.read && one && one.status < 300)
    sights.push({ operation: resource.read, exchange: one, shown: thingIn(one.json, thing.sent) })
  const [list] = resource.lists
  const values = list && listValues(run, list, thing)
  if (list && values) {
    const isThere = (items: readonly unknown[]) =>
      itemOf(items, thing, keyIn(life), resourceOf(resource.path)) !== undefined
    const whole = await readList(run, list, values, isThere)
    const page = whole?.pages.at(-1)
    const item = page && itemOf(itemsOf(page.exchange.json) ?? [], thing, keyIn(life), resourceOf(resource.path))
    if (page && item) sights.push({ operation: list, exchange: page.exchange, shown: asObject(item) })
  }
  return sights
}

/** Reports each member that comes back as another value, or that no answer shows though it is described there. */
function judgeEchoes(
  { run, echoed, create }: Life,
  { sent, made }: Thing,
  sights: Sight[],
  members: readonly Member[],
): void {
  for (const { name, schema, isText } of members) {
    const value = sent[name]
    if (value === undefined) continue
    const wanted = `${name}: ${shorten(value)}`
    const isDescribed = ({ operation }: Sight) => membersOfAnswer(operation).some((one) => Object.hasOwn(one, name))
    if (!isEmpty(value) && sights.some(isDescribed) && sights.every(({ shown }) => shown[name] === undefined))
      run.report.addTo(
        create,
        'value-ignored',
        `${name}: ${shorten(value)} was sent, and no answer shows it, though the spec describes it there`,
        made.curl,
        wanted,
      )
    for (const { operation, exchange, shown } of sights) {
      const echo = compare(name, value, shown[name], schema)
      // Where the spec says how a text is stored, it may differ from what was sent.
      if (echo === 'tidied' && !/trim|space|lower|upper|case|normal|slug/i.test(`${schema.description}`)) {
        const detail = `${name}: ${shorten(value)} was sent, and ${operation.id} shows ${shorten(shown[name])}`
        run.report.add('value-lost', create.id, detail, {
          pointer: create.pointer,
          curl: made.curl,
          expected: wanted,
          severity: 'note',
        })
        break
      }
      if (echo !== 'other') continue
      // The answer of an operation may describe another member of that name.
      const described = asObject(asObject(answerSchema(operation).properties)[name])
      if (described.readOnly === true) continue
      const isKept = echoed.has(echoKey(operation, name))
      // Only the server may decide about a state, and it may choose a value of its own.
      if (!isKept && (!isText || /stat(e|us)$|role|type|kind/i.test(name))) {
        run.report.addTo(
          create,
          'value-ignored',
          `${name}: ${shorten(value)} was sent, and ${operation.id} shows ${shorten(shown[name])}`,
          made.curl,
          wanted,
        )
        break
      }
      run.report.addTo(
        create,
        'value-lost',
        `${name}: ${shorten(value)} was sent, and ${operation.id} shows ${shorten(shown[name])}`,
        operation === create ? made.curl : exchange.curl,
        wanted,
      )
      break
    }
  }
}

/** The members that an answer describes, of the thing itself or of what is around it. */
function membersOfAnswer(operation: SpecOperation): Schema[] {
  const forms = formsOf(answerSchema(operation))
  const inner = forms.flatMap(({ properties }) =>
    Object.values(asObject(properties)).flatMap((one) => formsOf(asObject(one))),
  )
  return [...forms, ...inner].map(({ properties }) => asObject(properties))
}

const shorten = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 30)}…${text.slice(-25)}` : text
}
