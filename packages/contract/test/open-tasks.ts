import type { CheckRun } from '../src/calls/check-run.ts'
import { Client } from '../src/calls/client.ts'
import { Credentials } from '../src/calls/credentials.ts'
import { openRun } from '../src/calls/habits.ts'
import { Pool } from '../src/calls/pool.ts'
import { checkActing } from '../src/checks/acting/acting.ts'
import { checkHttp } from '../src/checks/http/http.ts'
import { checkLife } from '../src/checks/state/life.ts'
import { Report } from '../src/rules/finding.ts'
import { SchemaCheck } from '../src/spec/schema-check.ts'
import { assumedScheme } from '../src/spec/security-schemes.ts'
import { readSpec, type Schema } from '../src/spec/spec.ts'
import { Words } from '../src/state/making.ts'
import { resourcesOf } from '../src/state/resource.ts'
import { Values } from '../src/values/values.ts'
import { taskToken } from './tasks-server.ts'

export type Part = 'state' | 'http'

/** Checks only the state of things and HTTP, or one of them, which is a part of a run. */
export async function checkState(
  url: string,
  { isHurried = false, parts = ['state', 'http'] }: { isHurried?: boolean; parts?: readonly Part[] } = {},
): Promise<Report> {
  const { run, report } = await openChecks(url, [taskToken])
  run.isHurried = () => isHurried
  await openRun(run, run.operations)
  const words = new Words(1)
  const resources = parts.includes('state') ? resourcesOf(run.operations) : []
  for (const resource of resources) await checkLife(run, resource, words)
  if (parts.includes('http')) await checkHttp(run, { described: run.operations, safe: false, hasUsers: true })
  return report
}

/** Checks only the operations that act, with the tokens of two users. */
export async function checkActions(url: string, tokens: readonly [string, string]): Promise<Report> {
  const { run, report, open } = await openChecks(url, tokens.slice(0, 1))
  await openRun(run, run.operations)
  const second = open(tokens.slice(1))
  await checkActing(run, run.operations, { words: new Words(1), second, onProgress: () => {} })
  return report
}

async function openChecks(url: string, given: readonly string[]) {
  const report = new Report()
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Schema
  const { operations, base, schemes } = readSpec(document, new Report(), { baseUrl: url })
  const check = new SchemaCheck('3.1')
  const assumed = assumedScheme('bearer')
  const open = (given: readonly string[]) => new Credentials({ schemes, given, assumed, secrets: new Map() })
  const client = new Client({ baseUrl: base, credentials: open(given), report })
  const run: CheckRun = {
    client,
    report,
    check,
    values: await Values.open(check, 1),
    pool: new Pool(operations),
    habits: new Map(),
    cases: new Map(),
    mocks: new Set<string>(),
    operations,
    isOver: () => client.isGone,
  }
  return { run, report, open }
}
