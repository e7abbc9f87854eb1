import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres, type TemporaryPostgres } from '@reference-plugins/store/temporary-postgres'
import pg from 'pg'
import { treeUsage } from './process-tree.ts'

let server: TemporaryPostgres | undefined

/** Whether there is a Postgres server for {@link createDatabase}. */
export const isOpen = (): boolean => server !== undefined

/**
 * Starts a Postgres server whose commits wait for the disk, once; it ends with this process.
 * @returns its version, such as 15.14, or undefined where Postgres is not installed
 */
export async function openPostgres(): Promise<string | undefined> {
  server ??= await startPostgres({ fsync: 'on', full_page_writes: 'on' }, 'disk')
  if (!server) return undefined
  const [row] = await query('SHOW server_version')
  return row?.server_version?.split(' ')[0]
}

export async function closePostgres(): Promise<void> {
  await server?.stop()
  server = undefined
}

/** The CPU time of the server and its connections, in microseconds. Linux only. */
export function postgresCpu(): number {
  if (!server) return 0
  const [pid] = readFileSync(join(server.data, 'postmaster.pid'), 'utf8').split('\n')
  return treeUsage(Number(pid)).cpu
}

/** Creates a database, and returns its URL. */
export async function createDatabase(): Promise<string> {
  const name = `bench_${randomBytes(6).toString('hex')}`
  await query(`CREATE DATABASE ${name}`)
  return (server as TemporaryPostgres).url.replace(/[^/]*$/, name)
}

async function query(sql: string): Promise<Record<string, string>[]> {
  const client = new pg.Client((server as TemporaryPostgres).url)
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}
