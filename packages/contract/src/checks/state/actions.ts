import { setTimeout as sleep } from 'node:timers/promises'
import { call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { resourceOf } from '../../calls/pool.ts'
import type { Code, Severity } from '../../rules/rules.ts'
import { asObject, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { keyIn, type Life } from '../../state/life.ts'
import { make, readThing, type Thing, valuesFor } from '../../state/making.ts'
import { actionsOf, answerSchema } from '../../state/resource.ts'
import { idOf, idText, isSame, isServersOwn, thingIn } from '../../state/things.ts'
import { formsOf } from '../../values/forms.ts'

const mostActions = 8

/** What an action answers about a thing is what a read shows next. */
export async function checkActions(life: Life): Promise<void> {
  const { run, resource, words, thing: first } = life
  for (const action of actionsOf(run.operations, resource).filter(isLasting).slice(0, mostActions)) {
    if (run.isOver()) return
    const thing = await make(run, resource, words.next(), { path: first.path })
    if (thing?.id !== undefined) await checkAction(life, action, thing)
  }
}

/** Some actions only show what would be. */
const isLasting = ({ id, path, node: { summary, description } }: SpecOperation): boolean =>
  !/\b(preview|valid|render|dry|check(?!out|in)|test|simul|translat|convert|export|quote|estimat|calcul|comput|search|query|diff|compar|verif|suggest|would)/i.test(
    `${id} ${path.split(/[/:]/).at(-1)} ${summary} ${description}`.replaceAll(/([a-z])([A-Z])/g, '$1 $2'),
  )

async function checkAction(life: Life, action: SpecOperation, thing: Thing): Promise<void> {
  const { run, resource } = life
  const other = life.things.at(-1) ?? life.thing
  const values = valuesFor(run, resource, action, thing)
  const [before, otherBefore] = [await readThing(run, resource, thing), await readThing(run, resource, other)]
  const done = values && before && before.status < 300 ? await call(run, action, values) : undefined
  if (!values || !before || !done || done.status >= 300 || done.status === 202) return
  const sent = asObject(values.body?.value)
  const old = thingIn(before.json, thing.sent)
  const said = saidOf(life, thing, done)
  const isMissing = (name: string, now: Schema) =>
    Object.hasOwn(now, name) && !isSame(said[name], old[name]) && isSame(now[name], old[name])
  const now = await readUntil(life, thing, (shown) => !Object.keys(said).some((name) => isMissing(name, shown)))
  if (!now) return
  const say = (code: Code, detail: string, expected: string, severity?: Severity) =>
    run.report.add(code, action.id, detail, { pointer: action.pointer, curl: done.curl, expected, severity })
  const shows = (name: string, value: unknown) => `${resource.read?.id} shows ${name}: ${JSON.stringify(value)}`
  const differs = (name: string) =>
    `it answers ${name}: ${JSON.stringify(said[name])}, and ${resource.read?.id} then shows ${JSON.stringify(now[name])}`
  const missing = Object.keys(said).filter((name) => isMissing(name, now))
  const isSure = (name: string) => isState(resource.read, name) || isSame(sent[name], said[name])
  const lost = missing.find(isSure) ?? missing[0]
  // Another value may be what the action is about to make.
  if (lost !== undefined)
    say('change-lost', differs(lost), shows(lost, said[lost]), isSure(lost) ? undefined : 'warning')
  const stale = Object.keys(said).find((name) => !isSame(now[name], old[name]) && isSame(said[name], old[name]))
  if (stale !== undefined)
    say('change-lost', differs(stale), `the answer has ${stale}: ${JSON.stringify(now[stale])}`, 'note')
  const gone = Object.keys(thing.sent).find(
    (name) => String(old[name]).includes(thing.canary) && !Object.hasOwn(sent, name) && !isSame(now[name], old[name]),
  )
  if (gone !== undefined)
    say(
      'change-clobbers',
      `${gone} changed from ${JSON.stringify(old[gone])} to ${JSON.stringify(now[gone])}`,
      shows(gone, old[gone]),
      'note',
    )
  const otherAfter = otherBefore && otherBefore.status < 300 ? await readThing(run, resource, other) : undefined
  const [was, is] = [otherBefore, otherAfter].map((one) => thingIn(one?.json, other.sent))
  // Of several things one may be chosen, so that the others are not; what all of them become is another matter.
  const spilt = Object.keys(now).find(
    (name) =>
      isState(resource.read, name) &&
      !isServersOwn(name) &&
      !isSame(now[name], old[name]) &&
      !isSame(is?.[name], was?.[name]) &&
      isSame(is?.[name], now[name]),
  )
  if (otherAfter && otherAfter.status < 300 && spilt !== undefined)
    say(
      'change-spills',
      `another item has ${spilt}: ${JSON.stringify(is?.[spilt])} as well`,
      `the other item keeps ${spilt}: ${JSON.stringify(was?.[spilt])}`,
      'warning',
    )
}

/** Reads a thing again where a change may take a moment. Undefined where it is not answered. */
async function readUntil(
  { run, resource }: Life,
  thing: Thing,
  isDone: (shown: Schema) => boolean,
): Promise<Schema | undefined> {
  let shown: Schema | undefined
  for (const milliseconds of [0, 300, 900]) {
    if (milliseconds > 0) await sleep(milliseconds)
    const exchange = await readThing(run, resource, thing)
    if (!exchange || exchange.status >= 300) return undefined
    shown = thingIn(exchange.json, thing.sent)
    if (isDone(shown)) break
  }
  return shown
}

/** What an action answers about the thing. Nothing where it answers with something else. */
function saidOf({ resource, ...life }: Life, thing: Thing, { json, text }: Exchange): Schema {
  const shown = thingIn(json, thing.sent)
  const id = idOf(shown, keyIn({ resource, ...life }), resourceOf(resource.path))
  if (id === undefined || idText(id) !== idText(thing.id) || !text.includes(thing.canary)) return {}
  return Object.fromEntries(
    Object.entries(shown).filter(
      ([name, value]) => !isServersOwn(name) && (value === null || typeof value !== 'object'),
    ),
  )
}

/** Whether a member says in which state a thing is. */
function isState(read: SpecOperation | undefined, name: string): boolean {
  const schema = read ? answerSchema(read) : {}
  const nodes = [schema, ...Object.values(asObject(schema.properties)).map(asObject)].flatMap(formsOf)
  const forms = nodes.flatMap(({ properties }) => formsOf(asObject(asObject(properties)[name])))
  return /stat(e|us)$|_?at$/i.test(name) || forms.some((form) => form.type === 'boolean' || Array.isArray(form.enum))
}
