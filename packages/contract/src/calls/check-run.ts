import { checkAmounts } from '../checks/acting/amounts.ts'
import { checkAnswer } from '../checks/operations/answer.ts'
import type { Report } from '../rules/finding.ts'
import type { SchemaCheck } from '../spec/schema-check.ts'
import type { SpecOperation } from '../spec/spec.ts'
import type { Values } from '../values/values.ts'
import type { CallValues, Habit } from './call-values.ts'
import { type Client, type Exchange, NoAnswer } from './client.ts'
import { timeLeft } from './deadline.ts'
import type { Pool } from './pool.ts'
import { toRequest } from './request.ts'

/** The values of a call that a finding shows. */
export interface SentCall {
  operation: SpecOperation
  values: CallValues
}

/** What the checks of one run share. */
export interface CheckRun {
  client: Client
  report: Report
  check: SchemaCheck
  values: Values
  pool: Pool
  /** How each operation was accepted, by its id. */
  habits: Map<string, Habit>
  /** The calls that findings show, by their commands, so that they can be made smaller. */
  cases: Map<string, SentCall>
  /** The operations that create nothing, but answer as if they did. */
  mocks: Set<string>
  /** All operations that the run may call. */
  operations: readonly SpecOperation[]
  /** Values that cannot be made from a schema, by the name of the input. */
  given?: Readonly<Record<string, string>> | undefined
  /** Whether the time for the run is over. */
  isOver: () => boolean
  /** Whether only the most telling checks of this part are left to do. */
  isHurried?: () => boolean
}

/** The same run, which is over after a share of the time that is left. */
export function within(run: CheckRun, share: number): CheckRun {
  const end = performance.now() + timeLeft() * share
  return { ...run, isOver: () => run.isOver() || performance.now() >= end }
}

/** Sends the values of one call, judges the answer, and learns from it. */
export async function call(run: CheckRun, operation: SpecOperation, values: CallValues): Promise<Exchange | undefined> {
  const { client, report, check, pool } = run
  try {
    const exchange = await client.send(toRequest(operation, values))
    const before = report.added
    checkAnswer({ operation, exchange, check, report, token: client.token })
    checkAmounts(report, run.operations, operation, exchange)
    if (report.added > before) keepCase(run, exchange, { operation, values })
    if (exchange.status === 429) report.skip(operation.id, 'some checks', 'it was answered with 429, too many requests')
    // A redirect that the spec describes is an answer too.
    if (exchange.status < 300 || (exchange.status < 400 && operation.responses[exchange.status]))
      report.answered.add(operation.id)
    if (exchange.status < 300) {
      pool.learn({ operation, values, exchange })
    }
    return exchange
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    if (error.kind === 'unsure') report.skip(operation.id, 'a call', error.message)
    else report.addTo(operation, error.kind === 'failed' ? 'unreachable' : 'answer-too-slow', error.message)
    return undefined
  }
}

/** Keeps the values of a call where a finding shows it. */
export function keepCase({ report, cases }: CheckRun, { curl }: Exchange, sent: SentCall): void {
  if (report.shows(curl)) cases.set(curl, sent)
}
