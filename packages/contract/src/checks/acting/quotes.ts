import { setTimeout as sleep } from 'node:timers/promises'
import { newActions, renew } from '../../acting/other-action.ts'
import { acceptanceOf } from '../../acting/pairs.ts'
import { identityOf } from '../../acting/same-answer.ts'
import { nounOf, valuesOn } from '../../acting/subject.ts'
import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { timeLeft } from '../../calls/deadline.ts'
import { asObject, type SpecOperation } from '../../spec/spec.ts'
import type { Words } from '../../state/making.ts'
import { answerSchema } from '../../state/resource.ts'
import { isTaken } from '../operations/refusals.ts'

interface Offer {
  acceptance: SpecOperation
  values: CallValues
  /** In milliseconds, by the clock of `performance.now()`. */
  end: number
}

/** How long the tester waits for offers to expire, in milliseconds: a share of the time of the run, and at most this. */
const longestWait = 12_000
const waitShare = 0.3
/** Clocks and whole seconds. */
const margin = 1_500

/** An offer that has expired, such as a price that was quoted, is not accepted. */
export async function checkQuotes(run: CheckRun, operations: readonly SpecOperation[], words: Words): Promise<void> {
  const most = Math.min(longestWait, timeLeft() * waitShare)
  const offers: Offer[] = []
  for (const operation of operations) {
    if (run.isOver()) return
    const acceptance = acceptanceOf(operation, run.operations, nounOf(operation.path))
    if (!acceptance || run.mocks.has(operation.id) || !mayExpire(operation)) continue
    const offer = await makeOffer(run, operation, acceptance, words)
    if (!offer) continue
    const left = Math.ceil((offer.end - performance.now()) / 1000)
    if (left * 1000 < most) offers.push(offer)
    else
      run.report.skip(acceptance.id, 'what has expired', `what ${operation.id} answers with lives for ${left} seconds`)
  }
  for (const offer of offers.toSorted((a, b) => a.end - b.end)) {
    await sleep(Math.max(0, offer.end + margin - performance.now()))
    const answer = await call(run, offer.acceptance, offer.values)
    if (answer && isTaken(answer) && !/expired/i.test(answer.text))
      run.report.add('expired-accepted', offer.acceptance.id, 'it accepts what has expired', {
        pointer: offer.acceptance.pointer,
        curl: answer.curl,
      })
  }
}

/** Whether an answer may say when something ends, by its schema or because it has none. */
function mayExpire(operation: SpecOperation): boolean {
  const text = JSON.stringify(answerSchema(operation))
  return !text.includes('"properties"') || /expir|"valid_?(until|for|to)|"ttl/i.test(text)
}

async function makeOffer(
  run: CheckRun,
  operation: SpecOperation,
  acceptance: SpecOperation,
  words: Words,
): Promise<Offer | undefined> {
  for (const isRenewed of [false, true]) {
    if (isRenewed) await renew(run, operation)
    for (const { values: made } of newActions(run, operation, words)) {
      const answer = await call(run, operation, made)
      if (!answer || !isTaken(answer)) continue
      const [id, end] = [identityOf(operation, answer), endOf(answer)]
      const subject = id === undefined ? undefined : { id, noun: nounOf(operation.path) }
      const values = subject && valuesOn(run, acceptance, subject, { isOnly: true })
      return values && end !== undefined ? { acceptance, values, end } : undefined
    }
  }
  return undefined
}

const names = /^(expires?(at|on|time|date)?|expiry(at|time|date)?|expiration(at|time|date)?|valid(until|to|till|thru))$/
const lengths = /^(expiresin|ttl|validfor|validseconds|lifetime|ttlseconds|expiresinseconds)$/

/** When an offer ends, by the clock of `performance.now()`. Undefined where the answer does not say it. */
function endOf({ json, headers }: Exchange): number | undefined {
  const now = headers.date === undefined ? Date.now() : Math.max(Date.parse(headers.date), Date.now() - 1_000)
  const top = asObject(json)
  for (const node of [top, ...Object.values(top).map(asObject)])
    for (const [name, value] of Object.entries(node)) {
      const plain = name.toLowerCase().replaceAll(/[^a-z]/g, '')
      const seconds = lengths.test(plain) ? Number(value) : Number.NaN
      if (seconds > 0) return performance.now() + seconds * 1000
      const time = names.test(plain) ? timeOf(value) : Number.NaN
      if (!Number.isNaN(time)) return performance.now() + time - now
    }
  return undefined
}

/** A time as text, or as seconds or milliseconds since 1970. */
const timeOf = (value: unknown): number =>
  typeof value === 'number'
    ? value < 1e11
      ? value * 1000
      : value
    : typeof value === 'string'
      ? Date.parse(value)
      : Number.NaN
