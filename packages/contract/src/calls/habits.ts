import type { SpecOperation } from '../spec/spec.ts'
import type { OrdinaryOptions } from './call-values.ts'
import { type CheckRun, call } from './check-run.ts'
import { ordinaryValues } from './ordinary.ts'

/** An answer that may be about the values that were sent. */
const isAboutValues = (status: number): boolean => [400, 404, 406, 409, 413, 415, 422].includes(status)

/**
 * Calls an operation in the ways in which its values can be chosen until one is accepted: as the spec shows it, with the
 * least, with made-up texts, and with other things that it may refer to. The others follow that way.
 */
export async function findHabit(run: CheckRun, operation: SpecOperation): Promise<void> {
  if (operation.method === 'DELETE') return
  const isShown = /"(example|examples|default)":/.test(
    JSON.stringify([operation.inputs, operation.bodies.map(({ schema, examples }) => [schema, { examples }])]),
  )
  const isReading = operation.method === 'GET'
  // With every filter at once a list is empty.
  const plain: OrdinaryOptions[] = isReading ? [{ all: false }, { all: true }] : [{ all: true }, { all: false }]
  const made = isShown ? plain.map((one) => ({ ...one, fresh: true })) : []
  const others = [1, 2, 3].map((choice): OrdinaryOptions => ({ all: false, fresh: true, choice }))
  // One of several optional inputs may be needed.
  const single = operation.fields
    .filter(({ required, place }) => !required && place !== 'header' && place !== 'cookie')
    .slice(0, 6)
    .map(({ name }): OrdinaryOptions => ({ all: false, also: name }))
  let before = ''
  for (const options of [...plain, ...made, ...others, ...single]) {
    if (run.isOver()) return
    const values = ordinaryValues(run, operation, options)
    const same = JSON.stringify(values)
    if (!values || same === before) continue
    before = same
    const exchange = await call(run, operation, values)
    if (!exchange || (exchange.status >= 300 && !isAboutValues(exchange.status))) return
    if (exchange.status >= 300) continue
    const all = options.all && (isReading || (await needsAll(run, operation)))
    const habit = { ...options, all, isAccepted: true }
    run.habits.set(operation.id, habit)
    if (options.fresh || isReading) return
    // A name may have to be new: an example can be sent only once.
    const fresh = ordinaryValues(run, operation, { ...options, fresh: true })
    const again = fresh && (await call(run, operation, fresh))
    if (again && again.status < 300) run.habits.set(operation.id, { ...habit, fresh: true })
    return
  }
}

/** Whether the least is refused where everything at once is accepted. */
async function needsAll(run: CheckRun, operation: SpecOperation): Promise<boolean> {
  const least = ordinaryValues(run, operation, { all: false })
  const exchange = least && (await call(run, operation, least))
  return exchange !== undefined && exchange.status >= 400 && isAboutValues(exchange.status)
}

/** Fills the pool: reads the lists, creates one of each thing, and reads each. */
export async function openRun(run: CheckRun, operations: readonly SpecOperation[]): Promise<void> {
  const depth = ({ path }: SpecOperation) => path.split('{').length
  const sorted = [...operations].sort((a, b) => depth(a) - depth(b))
  const lists = sorted.filter((one) => one.method === 'GET' && depth(one) === 1)
  const creating = sorted.filter(({ method }) => method === 'POST')
  const others = sorted.filter((one) => !lists.includes(one) && !creating.includes(one))
  const side = (some: readonly SpecOperation[]) =>
    run.client.pace.each(
      some.map((one) => () => findHabit(run, one)),
      run.isOver,
    )
  await side(lists)
  for (const operation of creating) await findHabit(run, operation)
  // What is created may need something that is created later.
  for (const operation of creating) if (!run.habits.get(operation.id)?.isAccepted) await findHabit(run, operation)
  await side(others.filter(({ method }) => method === 'GET'))
  for (const operation of others.filter(({ method }) => method !== 'GET')) await findHabit(run, operation)
}
