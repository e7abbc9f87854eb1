import { Client } from '../src/calls/client.ts'
import { Credentials } from '../src/calls/credentials.ts'
import { openRun } from '../src/calls/habits.ts'
import { Pool } from '../src/calls/pool.ts'
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
  const report = new Report()
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Schema
  const { operations, base, schemes } = readSpec(document, new Report(), { baseUrl: url })
  const check = new SchemaCheck('3.1')
  const assumed = assumedScheme('bearer')
  const credentials = new Credentials({ schemes, given: [taskToken], assumed, option: '--token', secrets: new Map() })
  const client = new Client({ baseUrl: base, credentials, report })
  const run = {
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
    isHurried: () => isHurried,
  }
  await openRun(run, operations)
  const words = new Words(1)
  const resources = parts.includes('state') ? resourcesOf(operations) : []
  for (const resource of resources) await checkLife(run, resource, words)
  if (parts.includes('http')) await checkHttp(run, { described: operations, safe: false, hasUsers: true })
  return report
}
