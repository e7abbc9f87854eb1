import type { Engine, Reading } from './database.ts'

/** The time in milliseconds. Processes on one machine have one clock; those on several share the clock of the database. */
export async function clock(reading: Reading, engine: Engine): Promise<number> {
  if (engine === 'sqlite') return Date.now()
  const { now } = (await reading.get<{ now: number }>`
    SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now`) as { now: number }
  return now
}
