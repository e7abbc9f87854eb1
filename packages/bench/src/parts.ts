import { measureInstances } from './instances.ts'
import type { Load } from './load.ts'
import { isOpen } from './postgres.ts'
import { measureRows, type Row, type RowsOptions } from './rows.ts'
import { Server, type ServerPlan, toPlan } from './server.ts'
import { median, toTable } from './table.ts'

export interface PartOptions extends RowsOptions {
  /** Only plans with these names, if any. */
  only?: readonly string[] | undefined
  /** Another checkout of this repository, for the part `before`. */
  before?: string | undefined
}

type Part = (options: PartOptions) => Promise<string[]>

const plain = ['http', 'koa', 'fastify', 'hono']

const overHttp: Part = (options) =>
  forLoads(['GET', 'POST'], chosen(['todo', ...plain, ...plain.map((name) => `${name}-sqlite`)], options), {
    ...options,
    reference: 'node:http',
  })

/** Todo on Postgres beside plain servers with the same table and the same statements. */
const besidePostgres: Part = (options) =>
  forLoads(['GET', 'POST'], chosen(['todo-postgres', 'http-postgres', 'fastify-postgres', 'todo'], options), {
    ...options,
    reference: 'node:http + Postgres',
  })

/** One instance, and two, each with the same share of a processor. */
const instances: Part = async (options) => {
  const tables: string[] = []
  for (const database of ['', '-postgres']) {
    const plans = chosen([`todo${database}-1`, `todo${database}-2`], options)
    if (plans.length > 0) tables.push(...(await measureInstances(plans, options)))
  }
  return tables
}

/** The cost of a tool call, compared with the same operation over HTTP and with the SDK used as in its documentation. */
const overMcp: Part = async (options) => {
  const todo = toPlan('todo')
  const sdk = toPlan('mcp')
  const rows: Row[] = [
    { title: 'todo, GET', plan: todo, load: 'GET' },
    { title: 'todo, MCP 2026-07-28', plan: todo, load: 'tools/call 2026' },
    { title: 'todo, MCP 2025-11-25', plan: todo, load: 'tools/call 2025' },
    { title: 'MCP SDK on Koa, GET', plan: sdk, load: 'GET' },
    { title: 'MCP SDK on Koa, MCP 2026-07-28', plan: sdk, load: 'tools/call 2026' },
    { title: 'MCP SDK on Koa, MCP 2025-11-25', plan: sdk, load: 'tools/call 2025' },
  ]
  return [await measureRows('one operation', rows, options)]
}

/** Todo in a SQLite file, in another checkout of this repository and in this one. */
const before: Part = async (options) => {
  if (options.before === undefined) return []
  const plans = [toPlan('todo', { title: 'before', checkout: options.before }), toPlan('todo', { title: 'now' })]
  return forLoads(['GET', 'POST', 'tools/call 2026', 'tools/call 2025'], plans, options)
}

const starts: Part = async (options) => {
  const plans = chosen(['todo', ...plain, 'mcp', ...plain.map((name) => `${name}-sqlite`), 'todo-postgres'], options)
  const times = new Map<ServerPlan, number[]>(plans.map((plan) => [plan, []]))
  for (let round = 0; round < options.rounds; round++)
    for (const plan of plans) {
      const server = await Server.start(plan)
      await server.stop()
      times.get(plan)?.push(server.startTime)
    }
  const rows = [...times].map(([{ title }, found]) => [title, median(found).toFixed(0)])
  return [toTable(['start', 'ms to the first answer'], rows)]
}

/** What can be measured, by the name of its section in docs/figures.md. */
export const parts: Record<string, Part> = {
  http: overHttp,
  postgres: besidePostgres,
  instances,
  mcp: overMcp,
  starts,
  before,
}

/** The parts with servers on Postgres. */
export const onPostgres = ['postgres', 'instances', 'starts']

const chosen = (names: readonly string[], { only }: PartOptions): ServerPlan[] =>
  names
    .filter((name) => only === undefined || only.includes(name))
    .map((name) => toPlan(name))
    .filter(({ database }) => database !== 'Postgres' || isOpen())

async function forLoads(loads: readonly Load[], plans: readonly ServerPlan[], options: RowsOptions): Promise<string[]> {
  const tables: string[] = []
  for (const load of loads) {
    const rows = plans.map((plan) => ({ title: plan.title, plan, load }))
    if (rows.length > 0) tables.push(await measureRows(load, rows, options))
  }
  return tables
}
