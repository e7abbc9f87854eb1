import { type CheckRun, within } from '../../calls/check-run.ts'
import type { Credentials } from '../../calls/credentials.ts'
import type { Job } from '../../calls/pace.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { checkAuth, checkReadOnly } from '../auth/auth.ts'
import { invalidCalls } from './invalid.ts'
import { hostileTexts, oddBodies } from './robustness.ts'
import { checkValid } from './valid.ts'

export interface RoundOptions {
  /** Whether a credential reaches the operation. */
  isReachable: (operation: SpecOperation) => boolean
  /** Undefined where there is no token that may only read. */
  readOnly: Credentials | undefined
  onProgress: (what: string) => void
}

/** The checks of one operation, of which the first round does a part. */
interface Course {
  operation: SpecOperation
  invalid: Iterator<Job>
  edges: Iterable<Job>
}

/** Calls of the first round for each operation, beside the invalid ones. */
const others = 12
const restShare = 0.35
const fewestInvalid = 8
const manyInvalid = 60
const rest = 'more invalid input, hostile texts and values at the edges'

/**
 * Every operation gets its most telling checks before any gets the rest. Where the server is slow, what is to be refused
 * is sent side by side. What is to be accepted is so only at different paths, since two changes of one thing may conflict.
 */
export async function checkInRounds(
  run: CheckRun,
  operations: readonly SpecOperation[],
  { isReachable, readOnly, onProgress }: RoundOptions,
): Promise<void> {
  const { report, client } = run
  const courses: Course[] = []
  const most = firstInvalid(client.pace.reach, operations.length)
  report.pending.add(rest)
  const refuse = async (operation: SpecOperation): Promise<void> => {
    onProgress(operation.id)
    await checkAuth(run, operation)
    if (!isReachable(operation)) return void report.pending.delete(operation.id)
    const course: Course = { operation, invalid: invalidCalls(run, operation), edges: [] }
    courses.push(course)
    await client.pace.each(take(course.invalid, most), run.isOver)
    await client.pace.each(oddBodies(run, operation), run.isOver)
    if (readOnly) await checkReadOnly(run, operation, readOnly)
  }
  const accept = async (course: Course): Promise<void> => {
    const { operation } = course
    if (operation.method !== 'DELETE') course.edges = await checkValid(run, operation)
    report.pending.delete(operation.id)
  }
  // What deletes comes last, so that the others have something to read and change.
  for (const isLast of [false, true]) {
    const group = operations.filter(({ method }) => (method === 'DELETE') === isLast)
    await client.pace.each(
      group.map((operation) => () => refuse(operation)),
      run.isOver,
    )
    const own = courses.filter(({ operation }) => group.includes(operation))
    await byPath(run, own, accept)
  }
  const later = within(run, restShare)
  await client.pace.each(
    courses.map(
      ({ invalid }) =>
        () =>
          client.pace.each(take(invalid), later.isOver),
    ),
    later.isOver,
  )
  for (const work of [edgesOf, hostileOf])
    await byPath(later, courses, async (course) => {
      onProgress(course.operation.id)
      for (const job of work(later, course)) if (!later.isOver()) await job()
    })
  if (later.isOver()) report.skip('the run', rest, 'there was no time for all of them: --max-time')
  report.pending.delete(rest)
}

const hostileOf = (run: CheckRun, { operation }: Course): Iterable<Job> => hostileTexts(run, operation)
const edgesOf = (_run: CheckRun, { edges }: Course): Iterable<Job> => edges

/** So that a seed repeats a run, a server that is fast enough gets all invalid calls at once. */
function firstInvalid(reach: number, operations: number): number {
  const share = reach / 2 / Math.max(1, operations) - others
  return share >= manyInvalid ? Number.POSITIVE_INFINITY : Math.max(fewestInvalid, share - (share % fewestInvalid))
}

/** Those of different paths side by side, and those of one path one after the other. */
async function byPath(run: CheckRun, courses: readonly Course[], work: (course: Course) => Promise<void>) {
  const groups = [...Map.groupBy(courses, ({ operation }) => operation.path).values()]
  const jobs = groups.map((group) => async () => {
    for (const course of group) if (!run.isOver()) await work(course)
  })
  await run.client.pace.each(jobs, run.isOver)
}

/** The next ones of an iterator that is used again afterwards. */
function* take<Item>(source: Iterator<Item>, most = Number.POSITIVE_INFINITY): Generator<Item> {
  for (let count = 0; count < most; count++) {
    const { done, value } = source.next()
    if (done) return
    yield value
  }
}
