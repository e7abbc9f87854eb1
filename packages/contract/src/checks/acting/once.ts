import { setTimeout as sleep } from 'node:timers/promises'
import { type KeyPlace, newKey, withKey } from '../../acting/key.ts'
import { type Action, newActions, otherActions, otherAgreements, renew } from '../../acting/other-action.ts'
import { answerDifference, identityOf } from '../../acting/same-answer.ts'
import { type Look, movedAgain, movedOnce, movedTooFar, Watch } from '../../acting/watch.ts'
import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import type { Credentials } from '../../calls/credentials.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import type { Code, Severity } from '../../rules/rules.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import type { Words } from '../../state/making.ts'
import { pathNames } from '../../state/resource.ts'
import { idText, isSame } from '../../state/things.ts'
import { isTaken } from '../operations/refusals.ts'

/** An action that was done with a key, and what was seen before and after it. */
interface Done extends Action {
  key: unknown
  /** Whether it needed something new to act on, such as an order that is not paid. */
  isRenewed: boolean
  answer: Exchange
  before: Look
  after: Look
}

/** What the steps of one operation share. */
interface Course {
  run: CheckRun
  operation: SpecOperation
  place: KeyPlace
  words: Words
  watch: Watch
  say: (code: Code, detail: string, exchange: Exchange, expected: string, severity?: Severity) => void
}

const atOnce = 4
const mostLists = 4
/** In milliseconds. */
const shortWhile = 150
const first = 'the answer of the first call'

/** A call that is repeated with its idempotency key acts once, and a key is for one call. */
export async function checkOnce(
  run: CheckRun,
  operation: SpecOperation,
  place: KeyPlace,
  { words, second }: { words: Words; second: Credentials },
): Promise<void> {
  const { report } = run
  const say: Course['say'] = (code, detail, { curl }, expected, severity) =>
    report.add(code, operation.id, detail, { pointer: operation.pointer, curl, expected, severity })
  const course: Course = { run, operation, place, words, say, watch: new Watch(run, operation) }
  const done = await act(course)
  if (!done) return report.skip(operation.id, 'its idempotency key', 'no call with a key was answered with 2xx')
  const other = await findOther(course, done)
  if (await isMock(course, done, other))
    return report.skip(operation.id, 'its idempotency key', 'it answers alike whatever is sent')
  if (!(await checkRepeat(course, done))) return
  const [agreement] = otherAgreements(run, operation, done, words)
  if (other) await checkOtherBody(course, done, other.values)
  else if (agreement) await checkOtherBody(course, done, agreement)
  else if (operation.bodies.length > 0)
    report.skip(operation.id, 'a key with other input', 'no other input was accepted')
  await checkOtherPath(course, done)
  if (!run.isOver()) await checkAtOnce(course, done)
  if (!second.isEmpty && second.wayFor(operation.security)) await checkOtherUser(course, done, second)
}

/** Acts for the first time. Undefined where no call is accepted. */
async function act(course: Course): Promise<Done | undefined> {
  const { run, operation, place, words } = course
  for (const isRenewed of [false, true]) {
    if (isRenewed) await renew(run, operation)
    for (const { values, mark } of newActions(run, operation, words)) {
      course.watch = new Watch(run, operation, values)
      const before = await course.watch.look(mark)
      const key = newKey(run.values, place)
      const answer = await call(run, operation, withKey(values, place, key))
      if (!isTaken(answer)) continue
      const after = await course.watch.look(mark)
      return { values, ...(mark !== undefined && { mark }), isRenewed, key, answer, before, after }
    }
  }
  return undefined
}

interface Other {
  values: Action['values']
  answer: Exchange
}

/** Another input that is accepted with a key of its own. */
async function findOther({ run, operation, place, words }: Course, done: Done): Promise<Other | undefined> {
  for (const values of otherActions(run, operation, done, words).slice(0, 4)) {
    const answer = await call(run, operation, withKey(values, place, newKey(run.values, place)))
    if (isTaken(answer)) return { values, answer }
  }
  return undefined
}

/** Whether nothing tells one action from another: neither its answer nor what is read afterwards. */
async function isMock({ run, operation, watch }: Course, done: Done, other: Other | undefined): Promise<boolean> {
  if (run.mocks.has(operation.id)) return true
  if (!other || answerDifference(done.answer, other.answer) !== undefined) return false
  const now = await watch.look(done.mark)
  return [...now.keys()].every((place) => now.get(place) === done.after.get(place))
}

/** @returns whether the key is known at all */
async function checkRepeat(course: Course, done: Done): Promise<boolean> {
  const { operation, say, watch } = course
  const { answer, mark, before, after } = done
  const start = await watch.look(mark)
  const again = await repeat(course, done)
  if (!again || again.status === 429) return false
  if (again.status >= 300) {
    say('key-not-replayed', `the same call with the same key is answered with ${again.status}`, again, first)
    return true
  }
  const then = await lookLater(course, mark)
  const moved = movedAgain(before, after, shifted(after, start, then))
  const [one, two] = [identityOf(operation, answer), identityOf(operation, again)]
  const isOther = one !== undefined && two !== undefined && one !== two
  if (moved !== undefined || (isOther && !movedOnce(before, after, shifted(after, start, then)))) {
    // Someone else may have acted meanwhile.
    const third = isOther ? undefined : await repeat(course, done)
    const last = third && (await lookLater(course, mark))
    if (!third || !last || movedAgain(before, after, shifted(after, then, last)) !== undefined) {
      const seen = isOther ? `${one}, and then ${two}` : `${moved} moves again`
      say(
        'key-acts-twice',
        `the same call with the same key acts twice: ${seen}`,
        again,
        `${first}: ${one ?? 'done once'}`,
      )
      return false
    }
  }
  const place = answerDifference(answer, again)
  // Some services answer with what has become of it since.
  const isOfToday = one !== undefined && one === two
  const severity = isOfToday ? 'note' : undefined
  if (place !== undefined) say('key-other-answer', `${place} differs when the call is repeated`, again, first, severity)
  return true
}

/** Some servers answer with what they have kept, and act all the same. */
async function lookLater({ watch }: Course, mark: string | undefined): Promise<Look> {
  await sleep(shortWhile)
  return watch.look(mark)
}

/** What `after` would show if it had moved as far as between the other two looks. */
const shifted = (after: Look, start: Look, end: Look): Look =>
  new Map([...after].map(([place, value]) => [place, value + (end.get(place) ?? 0) - (start.get(place) ?? 0)]))

/** Sends an action again, and later where the first call may still run. */
async function repeat({ run, operation, place }: Course, { values, key }: Done): Promise<Exchange | undefined> {
  let again: Exchange | undefined
  for (const milliseconds of [0, 300, 1_200]) {
    if (milliseconds > 0) await sleep(milliseconds)
    again = await call(run, operation, withKey(values, place, key))
    if (!again || ![409, 423, 425].includes(again.status)) break
  }
  return again
}

/** A key that is known, with input that is another one. */
async function checkOtherBody({ run, operation, place, say }: Course, done: Done, values: CallValues): Promise<void> {
  const answer = await call(run, operation, withKey(values, place, done.key))
  if (!isTaken(answer)) return
  const isFirst = answerDifference(answer, done.answer) === undefined
  const detail = isFirst
    ? 'a key with other input is answered with the first answer, though nothing was done'
    : 'a key with other input is accepted, and acts again'
  say('key-other-input', detail, answer, '422 or 409', isFirst ? 'warning' : undefined)
}

/** A key that is known, for another thing that the path names: `POST /orders/{id}/cancel`. */
async function checkOtherPath({ run, operation, place, say }: Course, done: Done): Promise<void> {
  if (pathNames(operation).length === 0) return
  await renew(run, operation)
  const values = ordinaryValues(run, operation, { all: false })
  if (!values || isSame(values.path, done.values.path)) return
  const body = done.values.body && { body: done.values.body }
  const answer = await call(run, operation, withKey({ ...values, ...body }, place, done.key))
  if (!isTaken(answer) || answerDifference(answer, done.answer) !== undefined) return
  const id = identityOf(operation, done.answer)
  if (id !== undefined && Object.values(done.values.path).some((one) => idText(one) === id))
    say(
      'key-other-input',
      `for another item it is answered with ${id}, to which nothing was done`,
      answer,
      '422, 409, or an action of its own',
    )
}

/** Several calls at once with one key, as when a client gives up waiting and calls again. */
async function checkAtOnce(course: Course, done: Done): Promise<void> {
  const { run, operation, place, words, say, watch } = course
  if (done.isRenewed) await renew(run, operation)
  const action = newActions(run, operation, words).find(
    ({ mark }) => (mark === undefined) === (done.mark === undefined),
  )
  if (!action) return
  const values = withKey(action.values, place, newKey(run.values, place))
  const before = await watch.look(action.mark)
  const answers = await Promise.all(Array.from({ length: atOnce }, () => call(run, operation, values)))
  const after = await lookLater(course, action.mark)
  const taken = answers.filter(isTaken)
  const ids = new Set(taken.map((one) => identityOf(operation, one)).filter((one) => one !== undefined))
  const moved = movedTooFar(done, { before, after })
  const [shown] = taken.slice(-1)
  if (shown && (ids.size > 1 || moved !== undefined))
    say(
      'key-at-once',
      `of ${atOnce} calls at once with one key, ${ids.size > 1 ? ids.size : 'several'} act`,
      shown,
      'one that acts, and for the others its answer, or 409 with Retry-After',
    )
}

/** The key of one user, sent by another one with the same input. */
async function checkOtherUser(
  { run, operation, place, say }: Course,
  { values, mark, key, answer }: Done,
  second: Credentials,
): Promise<void> {
  const request = toRequest(operation, withKey(values, place, key))
  const foreign = await run.client.attempt({ ...request, credentials: second })
  const id = identityOf(operation, answer)
  if (!foreign || !isTaken(foreign) || id === undefined || identityOf(operation, foreign) !== id) return
  if (await isShared(run, mark, second)) return
  say(
    'key-of-other-user',
    'the second user gets the answer to the first one by its key',
    foreign,
    'an action of its own',
  )
}

/** Whether both users see what one of them does, as those of one account do. */
async function isShared(run: CheckRun, mark: string | undefined, second: Credentials): Promise<boolean> {
  const lists = run.operations.filter(({ method, id }) => method === 'GET' && run.habits.get(id)?.isAccepted)
  for (const list of lists.filter((one) => pathNames(one).length === 0).slice(0, mostLists)) {
    const values = ordinaryValues(run, list, { all: false })
    const answer = values && (await run.client.attempt({ ...toRequest(list, values), credentials: second }))
    if (mark !== undefined && answer && isTaken(answer) && answer.text.includes(mark)) return true
  }
  return false
}
