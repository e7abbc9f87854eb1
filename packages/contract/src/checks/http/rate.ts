import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckRun } from '../../calls/check-run.ts'
import type { Client, Exchange, RequestInput } from '../../calls/client.ts'
import { timeLeft } from '../../calls/deadline.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { requestFor } from '../auth/auth.ts'
import { checkAnswer } from '../operations/answer.ts'

const mostCalls = 60
const atOnce = 10
/** In milliseconds. */
const longest = 3_000
const beforeEnd = 900
/** How many calls are left for the end of a window. */
const spare = 3

/** Where the spec describes 429, calls until it comes: it must be as described, and true in what it says. */
export async function checkRate(run: CheckRun, operations: readonly SpecOperation[]): Promise<void> {
  const { client, report, check } = run
  const described = operations.filter(
    ({ id, method, responses }) => method === 'GET' && responses[429] !== undefined && report.answered.has(id),
  )
  const operation = described.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
  const request = operation && requestFor(run, operation)
  if (!operation || !request || run.isOver() || timeLeft() < 2 * longest) return
  const { refusal } = await callUntilRefused(client, request)
  if (!refusal) return
  if (refusal.status === 503 && refusal.headers['retry-after'] !== undefined)
    report.addTo(operation, 'rate-limit', 'many calls are answered with 503, and the spec describes 429', refusal.curl)
  else checkAnswer({ operation, exchange: refusal, check, report, token: client.token })
  if (refusal.status !== 429) return
  // This waits as long as the answer says.
  await client.attempt(request)
  await refuseLate(client, request, Number(refusal.headers['retry-after']) * 1000)
}

/** Answers the first refusal, and how many calls were answered before it. */
async function callUntilRefused(
  client: Client,
  request: RequestInput,
): Promise<{ refusal: Exchange | undefined; taken: number }> {
  let refusal: Exchange | undefined
  let taken = 0
  const end = performance.now() + longest
  for (let count = 0; count < mostCalls && !refusal && performance.now() < end; count += atOnce) {
    const calls = Array.from({ length: atOnce }, () => client.attempt({ ...request, isOnce: true }))
    const answers = await Promise.all(calls)
    refusal = answers.find((one) => one && (one.status === 429 || one.status >= 500))
    taken += answers.filter((one) => one && one.status < 300).length
  }
  return { refusal, taken }
}

/**
 * Is refused just before a window of calls ends, and waits as the answer says: a server that begins another window with
 * each refused call does not keep its word then.
 * @param length of the window in milliseconds, as the server says it. One has just begun.
 */
async function refuseLate(client: Client, request: RequestInput, length: number): Promise<void> {
  if (!(length >= 2_000 && length <= longest) || timeLeft() < 4 * length) return
  const { refusal, taken } = await callUntilRefused(client, request)
  if (refusal?.status !== 429) return
  await client.attempt(request)
  const end = performance.now() + length
  const early = Array.from({ length: Math.max(0, taken - spare) }, () => client.attempt({ ...request, isOnce: true }))
  if ((await Promise.all(early)).some((one) => one === undefined || one.status >= 400)) return
  await sleep(Math.max(0, end - performance.now() - beforeEnd))
  for (let count = 0; count < 4 * spare; count++) {
    const began = performance.now()
    await client.attempt(request)
    // It was refused and has waited.
    if (performance.now() - began > beforeEnd) return
  }
}
