import { setTimeout as sleep } from 'node:timers/promises'
import { newActions, renew } from '../../acting/other-action.ts'
import { type Undo, undoOf } from '../../acting/pairs.ts'
import { difference, identityOf, wordsOf } from '../../acting/same-answer.ts'
import { findReader, nounOf, type Subject, subjectsOf, valuesOn } from '../../acting/subject.ts'
import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { asObject, type SpecOperation } from '../../spec/spec.ts'
import type { Words } from '../../state/making.ts'
import { isServersOwn } from '../../state/things.ts'
import { isTaken } from '../operations/refusals.ts'

/** What is taken back is gone, or shown as another one than before. */
export async function checkUndo(run: CheckRun, operations: readonly SpecOperation[], words: Words): Promise<void> {
  for (const action of operations) {
    const undo = undoOf(action, run.operations)
    if (!undo || run.mocks.has(action.id)) continue
    if (run.isOver()) return run.report.skip(action.id, 'its undo', 'there was no time for it: --max-time')
    await checkOne(run, action, undo, words)
  }
}

async function checkOne(run: CheckRun, action: SpecOperation, undo: Undo, words: Words): Promise<void> {
  const { report } = run
  const skip = (reason: string) => report.skip(undo.by.id, `whether it undoes ${action.id}`, reason)
  const [subject, other] = [await make(run, action, undo, words), await make(run, action, undo, words)]
  if (!subject || !other) return skip(`${action.id} did not answer with an id`)
  // A mock answers alike whatever is done.
  if (subject.id === other.id) return skip(`${action.id} answers with the same id each time`)
  const reader = await findReader(run, subject)
  const before = await reader?.read()
  if (!reader || !before || !isTaken(before)) return skip(`no operation shows what ${action.id} makes`)
  const values = await undoingValues(run, undo, reader.subject)
  const done = values && (await call(run, undo.by, values))
  if (!done || done.status >= 300) return skip(done ? `it is answered with ${done.status}` : 'it does not take the id')
  if (
    done.status === 202 ||
    isLater(done.json) ||
    /request (was |is |has been )?(received|accepted)|will be/i.test(done.text)
  )
    return skip('it is done at some later time')
  for (const milliseconds of [0, 300, 1_200]) {
    if (milliseconds > 0) await sleep(milliseconds)
    const after = await reader.read()
    if (!after || !isTaken(after) || difference(before.json, after.json, isUnsteady) !== undefined) return
  }
  report.add('undo-without-effect', undo.by.id, `what ${action.id} made is shown as before: ${subject.id}`, {
    pointer: undo.by.pointer,
    curl: done.curl,
  })
}

/** Does the action once more, and answers what of it is taken back. */
async function make(
  run: CheckRun,
  action: SpecOperation,
  { by, quote }: Undo,
  words: Words,
): Promise<Subject | undefined> {
  for (const isRenewed of [false, true]) {
    if (isRenewed) await renew(run, action)
    for (const { values } of newActions(run, action, words)) {
      const made = await call(run, action, values)
      if (!made || !isTaken(made)) continue
      const subjects = subjectsOf(action, made)
      const isTakenBack = (one: Subject) => [quote, by].some((step) => step && valuesOn(run, step, one) !== undefined)
      return subjects.find(isTakenBack) ?? subjects[0]
    }
  }
  return undefined
}

/** The call that takes it back, after the one that says what that costs. */
async function undoingValues(run: CheckRun, { by, quote }: Undo, subject: Subject): Promise<CallValues | undefined> {
  const asked = quote && (valuesOn(run, quote, subject, { isOnly: true }) ?? ordinaryValues(run, quote, { all: false }))
  const offer = quote && asked && (await call(run, quote, asked))
  const id = quote && offer && isTaken(offer) ? identityOf(quote, offer) : undefined
  const ofQuote =
    quote && id !== undefined ? valuesOn(run, by, { id, noun: nounOf(quote.path) }, { isOnly: true }) : undefined
  const values = valuesOn(run, by, subject, { isOnly: ofQuote === undefined })
  // Both ids may be needed.
  return ofQuote && values ? { ...values, path: { ...values.path, ...ofQuote.path } } : (ofQuote ?? values)
}

const isUnsteady = (name: string): boolean => isServersOwn(name) || /request|trace|^now$|timestamp/i.test(name)

/** Whether an answer says that something is still to be done. */
const isLater = (json: unknown): boolean =>
  [asObject(json), ...Object.values(asObject(json)).map(asObject)].some((node) =>
    Object.entries(node).some(
      ([name, value]) =>
        wordsOf(name).some((word) => word === 'status' || word === 'state') &&
        /pending|request|process|queue|schedul|progress/i.test(String(value)),
    ),
  )
