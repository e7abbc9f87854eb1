import type { PoolClient } from 'pg'
import { type Migrations, pendingMigrations } from '../migrations.ts'
import { withColumnTypes } from './column-types.ts'

// Any number that no other program is likely to use.
const lock = 7_305_472_013_469

/** Runs the steps that are missing, in one transaction. Other instances that start wait for it. */
export async function migrate(client: PoolClient, migrations: Migrations): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query('SET LOCAL statement_timeout = 0')
    await client.query(`SELECT pg_advisory_xact_lock(${lock})`)
    await client.query('CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)')
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migration')
    for (const [name, sql] of pendingMigrations(
      migrations,
      rows.map((row) => row.name),
      'postgres',
    )) {
      await client.query(withColumnTypes(sql))
      await client.query('INSERT INTO migration (name) VALUES ($1)', [name])
    }
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}
