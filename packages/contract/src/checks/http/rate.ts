import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { timeLeft } from '../../calls/deadline.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { requestFor } from '../auth/auth.ts'
import { checkAnswer } from '../operations/answer.ts'

const mostCalls = 60
const atOnce = 10
/** In milliseconds. */
const longest = 3_000

/** Where the spec describes 429, calls until it comes: it must be as described, and true in what it says. */
export async function checkRate(run: CheckRun, operations: readonly SpecOperation[]): Promise<void> {
  const { client, report, check } = run
  const described = operations.filter(
    ({ id, method, responses }) => method === 'GET' && responses[429] !== undefined && report.answered.has(id),
  )
  const operation = described.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0]
  const request = operation && requestFor(run, operation)
  if (!operation || !request || run.isOver() || timeLeft() < 2 * longest) return
  let refusal: Exchange | undefined
  const end = performance.now() + longest
  for (let count = 0; count < mostCalls && !refusal && performance.now() < end; count += atOnce) {
    const calls = Array.from({ length: atOnce }, () => client.attempt({ ...request, isOnce: true }))
    refusal = (await Promise.all(calls)).find((one) => one && (one.status === 429 || one.status >= 500))
  }
  if (!refusal) return
  if (refusal.status === 503 && refusal.headers['retry-after'] !== undefined)
    report.addTo(operation, 'rate-limit', 'many calls are answered with 503, and the spec describes 429', refusal.curl)
  else checkAnswer({ operation, exchange: refusal, check, report, token: client.token })
  // This waits as long as the answer says.
  if (refusal.status === 429) await client.attempt(request)
}
