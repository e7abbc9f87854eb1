import { type Load, type LoadOptions, type Measurement, measure } from './load.ts'
import { Server, type ServerPlan } from './server.ts'
import { median, toTable } from './table.ts'

export interface Row {
  title: string
  plan: ServerPlan
  load: Load
}

export interface RowsOptions extends LoadOptions {
  rounds: number
  /** The row that ratios refer to, by its title. By default the first one. */
  reference?: string | undefined
}

/**
 * A table of measurements. Every row is measured in each round, and ratios are taken within a round, so that a slow minute affects
 * all rows. Rows with the same plan share a server.
 */
export async function measureRows(title: string, rows: readonly Row[], options: RowsOptions): Promise<string> {
  const started = new Map<ServerPlan, Server>()
  try {
    for (const { plan } of rows) if (!started.has(plan)) started.set(plan, await Server.start(plan))
    const serverOf = ({ plan }: Row) => started.get(plan) as Server
    const found = new Map<Row, Measurement[]>(rows.map((row) => [row, []]))
    for (let round = 0; round <= options.rounds; round++)
      for (const row of rows) {
        const measurement = await measure(serverOf(row), row.load, options)
        // The first round is a warm-up.
        if (round > 0) found.get(row)?.push(measurement)
      }
    const reference = rows.find((row) => row.title === options.reference) ?? (rows[0] as Row)
    const limit = found.get(reference) as Measurement[]
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
    await Promise.all(Array.from(started.values(), (server) => server.stop()))
  }
}
