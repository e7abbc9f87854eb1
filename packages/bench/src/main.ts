import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type Load, type Measurement, measure } from './load.ts'
import { Server, type ServerName, servers } from './server.ts'
import { median, toTable } from './table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string', default: Object.keys(servers).join(',') },
  },
})
const rounds = Number(values.rounds)
const options = { connections: Number(values.connections), seconds: Number(values.seconds) }
const names = values.only.split(',').filter((name): name is ServerName => Object.hasOwn(servers, name))
const areKnown = names.length === values.only.split(',').length
if (!(rounds > 0 && options.seconds > 0 && options.connections > 0 && areKnown)) {
  console.error(
    `Usage: pnpm bench [--rounds 5] [--seconds 3] [--connections 32] [--only ${Object.keys(servers).join(',')}]`,
  )
  process.exit(2)
}

interface Row {
  title: string
  name: ServerName
  load: Load
}

/** Measures every row in each round, so that a slow minute affects all of them. */
async function measureAll(title: string, rows: readonly Row[]): Promise<string> {
  const started = new Map<ServerName, Server>()
  try {
    for (const { name } of rows) if (!started.has(name)) started.set(name, await Server.start(name))
    const serverOf = ({ name }: Row) => started.get(name) as Server
    const found = new Map<Row, Measurement[]>(rows.map((row) => [row, []]))
    for (let round = 0; round <= rounds; round++)
      for (const row of rows) {
        // The first round is a warm-up.
        const seconds = round === 0 ? Math.min(1, options.seconds) : options.seconds
        const measurement = await measure(serverOf(row), row.load, { ...options, seconds })
        if (round > 0) found.get(row)?.push(measurement)
      }
    const limit = found.get(rows.find(({ name }) => name === 'http') ?? (rows[0] as Row)) as Measurement[]
    const cells = await Promise.all(
      rows.map(async (row) => {
        const own = found.get(row) as Measurement[]
        const ratio = (member: keyof Measurement) =>
          median(own.map((measurement, round) => measurement[member] / (limit[round] as Measurement)[member])).toFixed(
            2,
          )
        return [
          row.title,
          Math.round(median(own.map(({ requestsPerSecond }) => requestsPerSecond))).toLocaleString('en'),
          ratio('requestsPerSecond'),
          median(own.map(({ cpuPerRequest }) => cpuPerRequest)).toFixed(1),
          ratio('cpuPerRequest'),
          `${Math.round((await serverOf(row).usage()).memory / 2 ** 20)} MB`,
        ]
      }),
    )
    return toTable([title, 'requests/s', 'ratio', 'CPU µs/request', 'ratio', 'memory'], cells)
  } finally {
    for (const server of started.values()) server.stop()
  }
}

const overHttp = (load: Load): Promise<string> =>
  measureAll(
    load,
    names.filter((name) => name !== 'mcp').map((name) => ({ title: servers[name].title, name, load })),
  )

/** The cost of a tool call, compared with the same operation over HTTP and with the SDK used as in its documentation. */
const overMcp = (): Promise<string> =>
  measureAll('one operation', [
    { title: 'todo, GET', name: 'todo', load: 'GET' },
    { title: 'todo, MCP 2026-07-28', name: 'todo', load: 'tools/call 2026' },
    { title: 'todo, MCP 2025-11-25', name: 'todo', load: 'tools/call 2025' },
    { title: 'MCP SDK on Koa, GET', name: 'mcp', load: 'GET' },
    { title: 'MCP SDK on Koa, MCP 2026-07-28', name: 'mcp', load: 'tools/call 2026' },
    { title: 'MCP SDK on Koa, MCP 2025-11-25', name: 'mcp', load: 'tools/call 2025' },
  ])

async function measureStarts(): Promise<string> {
  const times = new Map<ServerName, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const name of names) {
      const server = await Server.start(name)
      server.stop()
      times.get(name)?.push(server.startTime)
    }
  return toTable(
    ['start', 'ms to the first answer'],
    [...times].map(([name, found]) => [servers[name].title, median(found).toFixed(0)]),
  )
}

console.log(
  `${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}, ${availableParallelism()} processors, autocannon with ` +
    `${options.connections} connections. Medians of ${rounds} rounds of ${options.seconds} s, after a warm-up; ` +
    'the ratio is to node:http, or else to the first row, in the same round.\n',
)
const hasHttp = names.some((name) => name !== 'mcp')
if (hasHttp) for (const load of ['GET', 'POST'] as const) console.log(`${await overHttp(load)}\n`)
if (names.includes('mcp')) console.log(`${await overMcp()}\n`)
console.log(`${await measureStarts()}\n`)
