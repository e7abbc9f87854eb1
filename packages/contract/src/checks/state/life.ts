import { setTimeout as sleep } from 'node:timers/promises'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { resourceOf } from '../../calls/pool.ts'
import { toRequest } from '../../calls/request.ts'
import { asObject, type SpecOperation } from '../../spec/spec.ts'
import { keyIn, type Life, listValues } from '../../state/life.ts'
import {
  make,
  membersOf,
  named,
  readThing,
  type Thing,
  textMembers,
  valuesFor,
  type Words,
} from '../../state/making.ts'
import { isNarrowed, readList, readPage } from '../../state/paging.ts'
import { isToShow, keyOf, pathNames, type Resource } from '../../state/resource.ts'
import { idOf, idText, isSame, itemOf, itemsOf, thingIn, totalOf } from '../../state/things.ts'
import { checkActions } from './actions.ts'
import { checkChanges } from './changes.ts'
import { checkConditions } from './conditional.ts'
import { readCounts } from './counts.ts'
import { checkDeletion } from './deletion.ts'
import { checkEchoes, checkFirstEcho } from './echoes.ts'
import { checkFilters } from './filters.ts'
import { checkLocation } from './location.ts'
import { checkPages } from './pages.ts'
import { checkRefusedCreation } from './refused-creation.ts'
import { checkTogether } from './together.ts'
import { checkUnasked } from './unasked.ts'

/** The life of a thing: it is created, read, listed, found, changed, replaced and deleted, and others are not. */
export async function checkLife(run: CheckRun, resource: Resource, words: Words): Promise<void> {
  const { report } = run
  const { create, lists } = resource
  if (!create) {
    for (const list of lists) await checkPages(run, list, {})
    return
  }
  if (textMembers(run, create).length === 0)
    return report.skip(create.id, 'life', 'it accepts no text by which to find what it creates')
  const isRead = resource.read || lists.length > 0
  if (!isRead) return report.skip(create.id, 'life', 'no operation reads what it creates')
  const counts = await readCounts(run, resource)
  const thing = await make(run, resource, words.next())
  if (!thing) return
  if (thing.made.status === 202)
    return report.skip(create.id, 'life', 'it answers 202: what it creates is there at some later time')
  // An operation on something that exists answers with that.
  const isAction = thing.id !== undefined && Object.values(thing.path).some((one) => idText(one) === idText(thing.id))
  const isCreation =
    !isAction &&
    (thing.made.status === 201 ||
      thing.id !== undefined ||
      resource.remove !== undefined ||
      thing.made.text.includes(thing.canary))
  if (!isCreation) return
  const life: Life = {
    run,
    resource,
    create,
    words,
    members: membersOf(run, create),
    thing,
    things: [],
    echoed: new Set(),
  }
  if (thing.made.text.includes(thing.canary)) await counts.judge(create, 1)
  if (await isMock(life)) return void run.mocks.add(create.id)
  if (!(await checkFound(life))) return
  const steps = [
    checkLocation,
    checkReadingAgain,
    checkFirstEcho,
    checkTogether,
    checkEchoes,
    checkPagesOfLife,
    checkFilters,
    checkChanges,
    checkActions,
    checkConditions,
    checkRefusedCreation,
    checkUnasked,
    checkDeletion,
  ]
  for (const step of steps) if (!run.isOver() && (telling.has(step) || !run.isHurried?.())) await step(life)
  if (run.isHurried?.()) report.skip(create.id, 'the rest of its life', 'there was no time for it: --max-time')
  await clear(life)
}

/** What is checked even where the time is short. */
const telling: ReadonlySet<(life: Life) => Promise<void>> = new Set([
  checkLocation,
  checkFirstEcho,
  checkChanges,
  checkDeletion,
])

/** Deletes what was created, so that the lists of the server stay short. */
async function clear({ run, resource, create, thing }: Life): Promise<void> {
  const { remove, left } = resource
  if (!remove || keyOf(remove, create) === undefined) return
  for (const one of left.splice(0)) {
    const values = one.id === thing.id || run.isOver() ? undefined : valuesFor(run, resource, remove, one)
    if (values) await run.client.attempt(toRequest(remove, values))
    run.pool.forget(one.id)
  }
}

async function checkPagesOfLife({ run, resource, thing }: Life): Promise<void> {
  for (const list of resource.lists) await checkPages(run, list, thing.path)
}

/**
 * Whether the answers have nothing of what was sent: the same id each time, the same thing at each id, or another thing
 * at one id each time.
 */
async function isMock(life: Life): Promise<boolean> {
  const { run, resource, thing, words } = life
  if (thing.made.text.includes(thing.canary)) return false
  if ((await lookFor(life, thing)).some(({ exchange }) => exchange.text.includes(thing.canary))) return false
  const first = await readThing(run, resource, thing)
  const hasRead = first && first.status < 300
  if (!hasRead && thing.id === undefined) return false
  const again = hasRead ? await readThing(run, resource, thing) : undefined
  if (hasRead && again && again.status < 300 && again.text !== first.text) return true
  const other = await make(run, resource, words.next(), { path: thing.path })
  if (!other) return false
  if (thing.id !== undefined && idText(thing.id) === idText(other.id) && thing.made.text === other.made.text)
    return true
  const second = await readThing(run, resource, other)
  return hasRead === true && second?.text === first.text && second.text !== ''
}

interface Sight {
  operation: SpecOperation
  exchange: Exchange
  isShown: boolean
  /** Whether the operation shows everything that there is. */
  isComplete: boolean
}

/** Answers whether the created thing can be read at all. */
async function checkFound(life: Life): Promise<boolean> {
  const { run, resource, create, thing } = life
  const { report } = run
  let sights = await lookFor(life, thing)
  for (const milliseconds of [300, 900]) {
    if (sights.length === 0 || sights.every(({ isShown }) => isShown)) break
    // An index may take a moment.
    await sleep(milliseconds)
    const before = sights
    sights = await lookFor(life, thing)
    const lost = before.find(
      ({ operation, isShown }) =>
        isShown && sights.some((one) => one.operation === operation && !one.isShown && one.exchange.status !== 429),
    )
    if (lost) {
      report.addTo(
        lost.operation,
        'safe-changes',
        'an item is no longer shown after it was only read',
        lost.exchange.curl,
        `${named(thing)}, as before`,
      )
      return false
    }
  }
  const worked = sights.filter(({ exchange }) => exchange.status < 300)
  const names = sights.map(({ operation }) => operation.id).join(', ')
  if (sights.length === 0) {
    report.skip(create.id, 'life', 'no operation could be asked for what it creates')
    return false
  }
  if (sights.every(({ isShown }) => !isShown)) {
    if (worked.length === 0 && !sights.some(({ operation }) => operation === resource.read))
      report.skip(create.id, 'life', 'no operation that could read what it creates answered with 2xx')
    else if (sights.some(({ isComplete }) => isComplete))
      report.addTo(
        create,
        'created-not-found',
        `the created item is not in ${names}`,
        thing.made.curl,
        `${named(thing)} in ${names}`,
      )
    else report.skip(create.id, 'life', `the created item was not among what ${names} shows, which is not all`)
    return false
  }
  for (const { operation, exchange, isShown, isComplete } of sights) {
    if (isShown) continue
    if (operation === resource.read && [404, 410].includes(exchange.status))
      report.addTo(
        operation,
        'created-not-found',
        `the item that was just created is answered with ${exchange.status}`,
        exchange.curl,
        `200 with ${named(thing)}`,
      )
    else if (operation !== resource.read && exchange.status < 300 && isComplete)
      report.addTo(
        operation,
        'created-not-listed',
        'the item that was just created is not in it',
        exchange.curl,
        `a list with ${named(thing)}`,
      )
  }
  return true
}

/** Reads a thing by every operation that may show it. */
async function lookFor(life: Life, thing: Thing): Promise<Sight[]> {
  const { run, resource, create } = life
  const sights: Sight[] = []
  const one = await readThing(run, resource, thing)
  if (one && resource.read) {
    const shown = thingIn(one.json, thing.sent)
    const isShown =
      one.status < 300 &&
      (one.text.includes(thing.canary) || itemOf([shown], thing, keyIn(life), resourceOf(resource.path)) !== undefined)
    sights.push({
      operation: resource.read,
      exchange: one,
      isShown,
      isComplete: one.status < 300 || one.status === 404,
    })
  }
  for (const list of resource.lists) {
    const values = listValues(run, list, thing)
    if (!values) continue
    const isThere = (items: readonly unknown[]) =>
      itemOf(items, thing, keyIn(life), resourceOf(resource.path)) !== undefined
    const whole = await readList(run, list, values, isThere)
    if (whole) {
      const exchange = whole.pages.at(-1)?.exchange
      if (!exchange) continue
      const isShown = isThere(whole.items) || exchange.text.includes(thing.canary)
      // A list without a word about pages may end after the newest hundred.
      const isRound = whole.items.length >= 10 && whole.items.length % 10 === 0
      const isComplete =
        whole.isWhole &&
        !isRound &&
        !isNarrowed(list) &&
        isToShow(list, resource) &&
        pathNames(list).every((name) => pathNames(create).includes(name))
      sights.push({ operation: list, exchange, isShown, isComplete })
    } else {
      const exchange = await call(run, list, values)
      if (exchange) {
        const isShown = exchange.text.includes(thing.canary)
        const isComplete = exchange.status < 300 && !isNarrowed(list) && isToShow(list, resource)
        sights.push({ operation: list, exchange, isShown, isComplete })
      }
    }
  }
  return sights
}

/** What only reads changes nothing. */
async function checkReadingAgain(life: Life): Promise<void> {
  const { run, resource, thing } = life
  const { report } = run
  const say = (operation: SpecOperation, detail: string, { curl }: Exchange, expected: string) =>
    report.addTo(operation, 'safe-changes', detail, curl, `${expected}, as before`)
  const [first, second] = [await readThing(run, resource, thing), await readThing(run, resource, thing)]
  if (resource.read && first && second && first.status < 300) {
    const [before, after] = [thingIn(first.json, thing.sent), thingIn(second.json, thing.sent)]
    const changed = Object.keys(thing.sent).find((name) => !isSame(before[name], after[name]))
    if (isWorse(second))
      say(
        resource.read,
        `the same call is answered with ${first.status} and then with ${second.status}`,
        second,
        `${first.status}`,
      )
    else if (changed !== undefined && second.status < 300)
      say(
        resource.read,
        `${changed} differs when it is read again`,
        second,
        `${changed}: ${JSON.stringify(before[changed])}`,
      )
  }
  for (const list of resource.lists) {
    const values = listValues(run, list, thing)
    const page = values && (await readPage(run, list, values))
    if (!page) continue
    const again = await call(run, list, page.values)
    if (!again) continue
    const repeated = again.status < 300 ? await readPage(run, list, page.values) : undefined
    const isShorter = repeated !== undefined && repeated.items.length < page.items.length
    if (isWorse(again))
      say(
        list,
        `the same call is answered with ${page.exchange.status} and then with ${again.status}`,
        again,
        `${page.exchange.status}`,
      )
    else if (page.exchange.text.includes(thing.canary) && !again.text.includes(thing.canary))
      say(list, 'the second call does not show what the first call showed', again, named(thing))
    else if (isShorter)
      say(
        list,
        `the same call shows ${page.items.length} items and then ${repeated.items.length}`,
        again,
        `${page.items.length} items`,
      )
    const changed = page.items.find((one) => {
      const id = idOf(one, undefined, '')
      const same =
        id === undefined ? undefined : itemsOf(again.json)?.find((other) => idOf(other, undefined, '') === id)
      return (
        same !== undefined && Object.keys(thing.sent).some((name) => !isSame(asObject(one)[name], asObject(same)[name]))
      )
    })
    if (changed !== undefined)
      say(list, 'an item differs when the list is read again', again, JSON.stringify(changed).slice(0, 200))
    const [a, b] = [totalOf(page.exchange), totalOf(again)]
    if (a && b && a.value !== b.value)
      say(list, `${a.name} is ${a.value}, and then ${b.value}`, again, `${a.name}: ${a.value}`)
  }
}

const isWorse = ({ status }: Exchange): boolean => status >= 400 && status !== 429
