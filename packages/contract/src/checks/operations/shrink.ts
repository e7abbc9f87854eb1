import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, call, type SentCall, within } from '../../calls/check-run.ts'
import { Pool } from '../../calls/pool.ts'
import { subjectsOf } from '../../calls/subjects.ts'
import { type Finding, Report } from '../../rules/finding.ts'
import type { Code } from '../../rules/rules.ts'
import { asArray, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { nothing, partsOf, withPart } from '../../values/parts.ts'

/** What one answer shows by itself, whatever was called before. */
const answerCodes: readonly Code[] = [
  'server-error',
  'leak',
  'auth-echo',
  'answer-schema',
  'answer-type',
  'answer-not-json',
  'answer-header',
  'answer-encoding',
  'status-undeclared',
  'refusal-undeclared',
]
const takenCodes: readonly Code[] = ['invalid-taken', 'invalid-format-taken']
const mostFindings = 10
const mostCalls = 16
const timeShare = 0.2

/**
 * Makes the requests of findings smaller: without optional inputs and members, with one item in a list and with shorter
 * texts, as long as the answer shows the same. What was valid stays valid, and what was not stays wrong in the same way.
 */
export async function shrinkFindings(run: CheckRun): Promise<void> {
  const bounded = within(run, timeShare)
  const found = run.report.findings.filter(({ code }) => answerCodes.includes(code) || takenCodes.includes(code))
  for (const finding of found.slice(0, mostFindings)) {
    const known = run.cases.get(finding.curl ?? '')
    if (known && known.operation.method !== 'DELETE') await shrink(bounded, finding, known)
  }
}

async function shrink(run: CheckRun, finding: Finding, { operation, values }: SentCall): Promise<void> {
  let current = values
  let left = mostCalls
  const tried = new Set<string>([JSON.stringify(values)])
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const candidate of smallerThan(run, operation, current)) {
      const key = JSON.stringify(candidate)
      if (tried.has(key) || !isAlike(run, operation, current, candidate)) continue
      if (run.isOver() || left-- <= 0) return
      tried.add(key)
      const shown = await showsAgain(run, operation, candidate, finding)
      if (shown === undefined) continue
      run.report.replace(finding, shown)
      current = candidate
      isSmaller = true
      break
    }
  }
}

/** What the same rule says of the smaller call. Undefined where it says nothing. */
async function showsAgain(
  run: CheckRun,
  operation: SpecOperation,
  values: CallValues,
  { code, subject, detail, severity }: Finding,
): Promise<Pick<Finding, 'detail' | 'curl'> | undefined> {
  const report = new Report()
  const exchange = await call({ ...run, report, cases: new Map(), pool: new Pool() }, operation, values)
  if (!exchange) return undefined
  const { curl } = exchange
  if (takenCodes.includes(code)) return exchange.status < 300 ? { detail, curl } : undefined
  const again = report.findings.find((one) => one.code === code && one.subject === subject && one.severity === severity)
  return again && { detail: isStillTrue(detail, values) ? detail : again.detail, curl }
}

/** Whether what was sent still has the value that a text names. */
function isStillTrue(detail: string, values: CallValues): boolean {
  const [named] = /"(?:[^"\\]|\\.)*"/.exec(detail) ?? []
  return named !== undefined && !/^\d+: /.test(detail) && JSON.stringify(values).includes(named)
}

/** Calls with less in them, those with much less first. */
function* smallerThan(run: CheckRun, operation: SpecOperation, values: CallValues): Generator<CallValues> {
  const sent = subjectsOf(operation).filter((one) => one.get(values) !== undefined)
  const optional = sent.filter(({ isRequired, place }) => !isRequired && place !== 'path')
  if (optional.length > 1) yield optional.reduce((made, one) => one.set(made, undefined), values)
  for (const one of optional) yield one.place === 'body' ? { ...values, body: undefined } : one.set(values, undefined)
  for (const subject of sent) {
    if (subject.place === 'path') continue
    const whole = subject.get(values)
    const parts = partsOf(subject.schema, whole, (schema, value) => run.values.fits(schema, value))
    const without = (root: unknown, { path }: { path: readonly (string | number)[] }) =>
      withPart(root, root, path, nothing)
    const extra = parts.filter(({ path, isRequired }) => !isRequired && typeof path.at(-1) === 'string')
    const shallow = extra.filter(({ path }) => path.length === 1)
    if (shallow.length > 1) yield subject.set(values, shallow.reduce(without, whole))
    for (const part of extra) yield subject.set(values, without(whole, part))
    for (const { path, value } of parts)
      for (const less of shorter(value)) yield subject.set(values, withPart(whole, whole, path, less))
  }
}

/** A list of one item, and the parts of a text, by characters. */
function shorter(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.length > 1 ? [asArray(value).slice(0, 1)] : []
  if (typeof value !== 'string') return []
  const characters = [...value]
  if (characters.length < 4) return []
  const half = Math.ceil(characters.length / 2)
  return [characters.slice(0, 1), characters.slice(-1), characters.slice(0, half), characters.slice(half)].map((one) =>
    one.join(''),
  )
}

/** Whether each value is valid as before, or wrong for the same reason. */
function isAlike(run: CheckRun, operation: SpecOperation, before: CallValues, after: CallValues): boolean {
  return subjectsOf(operation).every((subject) => {
    const [old, now] = [subject.get(before), subject.get(after)]
    if (old === now) return true
    if (now === undefined) return !subject.isRequired && faultOf(run, subject.schema, old) === undefined
    return faultOf(run, subject.schema, old) === faultOf(run, subject.schema, now)
  })
}

function faultOf({ check }: CheckRun, schema: Schema, value: unknown): string | undefined {
  try {
    return check.fault(schema, value)
  } catch {
    return 'the schema is invalid'
  }
}
