import { setTimeout as sleep } from 'node:timers/promises'
import pg, { type ClientConfig } from 'pg'
import { type Migrations, pendingMigrations } from '../migrations.ts'
import { withColumnTypes } from './column-types.ts'

// Any number that no other program is likely to use.
const lock = 7_305_472_013_469

/**
 * Runs the steps that are missing, all or none, on a connection of its own, without a limit of time. Instances that start at
 * the same moment wait for each other. On a server without advisory locks one of them fails, and tries again.
 */
export async function migrate(settings: ClientConfig, migrations: Migrations): Promise<void> {
  const client = new pg.Client(settings)
  client.on('error', () => {})
  await client.connect()
  try {
    // Without steps to run, no lock is needed, nor the right to create tables.
    if ((await findPending(client, migrations))?.length === 0) return
    for (let tries = 1; ; tries++) {
      try {
        return await runPending(client, migrations)
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {})
        if (tries === 10 || !raced.has((error as pg.DatabaseError).code ?? '')) throw error
        await sleep(Math.random() * 100 * tries)
      }
    }
  } finally {
    await client.end()
  }
}

/** A conflict with another transaction. */
const raced = new Set(['40001', '40P01'])

async function runPending(client: pg.Client, migrations: Migrations): Promise<void> {
  await client.query('BEGIN')
  await client.query('SET LOCAL statement_timeout = 0')
  await client.query(`SELECT pg_advisory_xact_lock(${lock})`)
  await client.query('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)')
  for (const [name, sql] of (await findPending(client, migrations)) ?? []) {
    await client.query(withColumnTypes(sql))
    await client.query('INSERT INTO migration (name) VALUES ($1)', [name])
  }
  await client.query('COMMIT')
}

/** Returns undefined if the database is new. */
async function findPending(client: pg.Client, migrations: Migrations): Promise<[string, string][] | undefined> {
  const { rows: tables } = await client.query("SELECT to_regclass('migration') AS found")
  if (!tables[0].found) return undefined
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migration')
  return pendingMigrations(
    migrations,
    rows.map(({ name }) => name),
    'postgres',
  )
}
