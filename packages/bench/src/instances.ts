import { type LoadOptions, send } from './load.ts'
import { processorUse } from './machine.ts'
import { postgresCpu } from './postgres.ts'
import type { RowsOptions } from './rows.ts'
import { Server, type ServerPlan } from './server.ts'
import { median, toTable } from './table.ts'
import { hasWrk, sendByWrk } from './wrk.ts'

type Load = 'GET' | 'POST'

const isInstalled = hasWrk()
/** wrk measures whole seconds. */
const usesWrk = ({ seconds }: LoadOptions): boolean => isInstalled && seconds >= 1

/** The name of what sends the requests. */
export const clientOf = (options: LoadOptions): string => (usesWrk(options) ? 'wrk' : 'autocannon')

/** What one run showed. Uses are in processors: 0.5 is half of one. */
interface Shown {
  requestsPerSecond: number
  cpuPerRequest: number
  instances: number
  client: number
  database: number
  /** The share of all processors that was used, from 0 to 1. */
  machine: number
}

/** The share of a processor that an instance gets at first. */
const firstShare = 0.4
const smallestShare = 0.1
/** Above this use of the machine, the client and the database may get less than they need. */
const tooBusy = 0.85

const noLimit =
  'The instances have no limit here, which needs root and control groups of Linux, so they compete with the client and Postgres.'

/**
 * Tables that compare plans which differ in their number of instances. Where Linux allows it, each instance gets the same
 * share of a processor, as a container does, so small that the processors of this machine suffice for all instances, the
 * client and the database.
 */
export async function measureInstances(plans: readonly ServerPlan[], options: RowsOptions): Promise<string[]> {
  const servers: Server[] = []
  try {
    for (const plan of plans) servers.push(await Server.start(plan))
    const canLimit = servers.every((server) => server.limit(undefined))
    // Without a limit, because compiling takes long within it.
    for (const server of servers)
      for (const load of ['GET', 'POST', 'GET', 'POST'] as const) await run(server, load, options)
    const tables: string[] = []
    for (const load of ['GET', 'POST'] as const) tables.push(await compare(load, plans, servers, canLimit, options))
    return canLimit ? tables : [noLimit, ...tables]
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

async function compare(
  load: Load,
  plans: readonly ServerPlan[],
  servers: Server[],
  canLimit: boolean,
  options: RowsOptions,
): Promise<string> {
  const share = canLimit ? await findShare(servers, load, options) : undefined
  const shown: Shown[][] = servers.map(() => [])
  for (let round = 0; round < options.rounds; round++)
    for (const [index, server] of servers.entries()) shown[index]?.push(await run(server, load, options))
  const first = shown[0] as Shown[]
  const rows = shown.map((own, index) => {
    const of = (member: keyof Shown) => median(own.map((one) => one[member]))
    const ratio = (member: keyof Shown) =>
      median(own.map((one, round) => one[member] / (first[round] as Shown)[member])).toFixed(2)
    return [
      (plans[index] as ServerPlan).title,
      Math.round(of('requestsPerSecond')).toLocaleString('en'),
      ratio('requestsPerSecond'),
      of('cpuPerRequest').toFixed(1),
      ratio('cpuPerRequest'),
      of('instances').toFixed(2),
      of('client').toFixed(2),
      of('database').toFixed(2),
      `${Math.round(of('machine') * 100)}%`,
    ]
  })
  const head = ['requests/s', 'ratio', 'CPU µs/request', 'ratio', 'instances', 'client', 'Postgres', 'machine']
  const each = share === undefined ? '' : `, ${share.toFixed(2)} processors for an instance`
  return toTable([`${load}${each}`, ...head], rows)
}

/** The share with which most instances leave processors for the client and the database. */
async function findShare(servers: Server[], load: Load, options: LoadOptions): Promise<number> {
  const most = servers.at(-1) as Server
  for (let share = firstShare; ; share *= 0.8) {
    for (const server of servers) server.limit(share)
    const { machine } = await run(most, load, options)
    if (machine < tooBusy || share * 0.8 < smallestShare) return share
  }
}

async function run(server: Server, load: Load, options: LoadOptions): Promise<Shown> {
  const usage = await server.usage()
  const postgres = postgresCpu()
  const machine = processorUse()
  const { requests, seconds, cpu } = await sendCheaply(server, load, options)
  const used = (await server.usage()).cpu - usage.cpu
  await server.check()
  // A busy machine may answer nothing in a very short time.
  if (requests === 0) return run(server, load, options)
  return {
    requestsPerSecond: requests / seconds,
    cpuPerRequest: used / requests,
    instances: used / seconds / 1e6,
    client: cpu / seconds / 1e6,
    database: (postgresCpu() - postgres) / seconds / 1e6,
    machine: machine(),
  }
}

const sendCheaply: typeof sendByWrk = (server, load, options) =>
  (usesWrk(options) ? sendByWrk : send)(server, load, options)
