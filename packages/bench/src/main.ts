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
const names = values.only.split(',').filter((name): name is ServerName => name in servers)
if (!(rounds > 0 && options.seconds > 0 && options.connections > 0 && names.length > 0)) {
  console.error(
    'Usage: pnpm bench [--rounds 5] [--seconds 3] [--connections 32] [--only todo,http,koa,fastify,hono,sqlite]',
  )
  process.exit(2)
}

/** One list of measurements for each server, a round after the other, so that a slow minute hits all of them. */
async function measureAll(load: Load): Promise<string> {
  const started = await Promise.all(names.map(async (name) => ({ name, server: await Server.start(name) })))
  try {
    const found = new Map<ServerName, Measurement[]>(names.map((name) => [name, []]))
    for (let round = 0; round <= rounds; round++)
      for (const { name, server } of started) {
        // The first round warms up.
        const measurement = await measure(
          server,
          load,
          round === 0 ? { ...options, seconds: Math.min(1, options.seconds) } : options,
        )
        if (round > 0) found.get(name)?.push(measurement)
      }
    const limit = found.get('http') ?? (found.get(names[0] as ServerName) as Measurement[])
    const rows = await Promise.all(
      started.map(async ({ name, server }) => {
        const own = found.get(name) as Measurement[]
        const ratio = (member: keyof Measurement) =>
          median(own.map((measurement, round) => measurement[member] / (limit[round] as Measurement)[member])).toFixed(
            2,
          )
        return [
          servers[name].title,
          Math.round(median(own.map(({ requestsPerSecond }) => requestsPerSecond))).toLocaleString('en'),
          ratio('requestsPerSecond'),
          median(own.map(({ cpuPerRequest }) => cpuPerRequest)).toFixed(1),
          ratio('cpuPerRequest'),
          `${Math.round((await server.usage()).memory / 2 ** 20)} MB`,
        ]
      }),
    )
    return toTable([load, 'requests/s', 'ratio', 'CPU µs/request', 'ratio', 'memory'], rows)
  } finally {
    for (const { server } of started) server.stop()
  }
}

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
    'the ratio is to the first server named node:http in the same round.\n',
)
for (const table of [await measureAll('GET'), await measureAll('POST'), await measureStarts()])
  console.log(`${table}\n`)
