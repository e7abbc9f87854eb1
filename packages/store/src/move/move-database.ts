import { existsSync } from 'node:fs'
import { isPostgres } from '../open-database.ts'
import { readSettings } from '../postgres/settings.ts'
import { startFault } from '../postgres/start-fault.ts'
import { Digest } from './digest.ts'
import { migrateProgram } from './migrate-program.ts'
import type { Side, Table } from './side.ts'
import { openSqliteSide } from './sqlite-side.ts'

export interface Moved {
  tables: { name: string; rows: number; checksum: string }[]
  /** Full-text indexes, which the program builds at its next start. */
  indexes: string[]
}

/** Tables that say what has been done in this database. */
const ownTables = ['migration', 'full_text']

/**
 * Copies all rows of a database to one of the other engine, in one transaction, and compares the counts and checksums.
 * @param program whose tables they are, see {@link migrateProgram}
 * @param root the folder of the workspace
 * @throws Error with one line, if nothing was copied
 */
export async function moveDatabase(from: string, to: string, program: string, root: string): Promise<Moved> {
  if (isPostgres(from) === isPostgres(to))
    throw new Error('one database must be a SQLite file (file:PATH) and the other Postgres (postgres://…)')
  if (!isPostgres(from) && !existsSync(pathOf(from))) throw new Error(`there is no file ${pathOf(from)}`)
  if (isPostgres(from)) await (await openSide(from)).close()
  if (isPostgres(to) || existsSync(pathOf(to))) await refuseRows(to)
  // The tables of both are those of the same version.
  for (const url of [from, to]) await migrateProgram(program, url, root)
  const source = await openSide(from)
  try {
    const target = await openSide(to)
    try {
      return await copy(source, target)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

const pathOf = (url: string): string => url.replace(/^file:/, '')

async function openSide(url: string): Promise<Side> {
  if (!isPostgres(url)) return openSqliteSide(pathOf(url))
  const settings = readSettings(url)
  const { openPostgresSide } = await import('./postgres-side.ts')
  try {
    return await openPostgresSide(settings)
  } catch (error) {
    throw new Error(startFault(error, settings))
  }
}

async function refuseRows(url: string): Promise<void> {
  const side = await openSide(url)
  try {
    for (const { name } of side.tables)
      if (!ownTables.includes(name) && (await side.hasRows(name)))
        throw new Error(`the target has rows in the table ${name}: name an empty database`)
  } finally {
    await side.close()
  }
}

async function copy(source: Side, target: Side): Promise<Moved> {
  const indexes = [...source.indexes, ...target.indexes]
  const tables = await commonTables(source, target, [...ownTables, ...indexes])
  const [before, after] = [await source.steps(), await target.steps()].map((steps) => steps.toSorted().join())
  if (before !== after) throw new Error('the program has migrated the two databases to different versions')
  await source.lock(tables)
  await target.clear(tables)
  const copied = new Map<Table, Digest>()
  for (const table of tables) copied.set(table, await copyTable(source, target, table))
  await target.settle(tables)
  for (const [table, digest] of copied) {
    const found = await digestOf(target, table)
    if (!found.equals(digest))
      throw new Error(
        `the table ${table.name} would differ: ${digest.rows} rows were read, ${found.rows} are in the target`,
      )
  }
  await target.commit()
  return { tables: [...copied].map(([{ name }, { rows, checksum }]) => ({ name, rows, checksum })), indexes }
}

/** The tables that both have, in the order of the target. */
async function commonTables(source: Side, target: Side, others: string[]): Promise<Table[]> {
  const isCommon = ({ name }: Table) => !others.includes(name)
  for (const { name } of source.tables.filter(isCommon))
    if (!target.tables.some((table) => table.name === name) && (await source.hasRows(name)))
      throw new Error(`the program makes no table ${name} in the target`)
  const tables = target.tables.filter(isCommon)
  for (const table of tables) {
    const columns = source.tables.find(({ name }) => name === table.name)?.columns ?? []
    if (columns.toSorted().join() !== table.columns.toSorted().join())
      throw new Error(`the table ${table.name} has other columns in the target`)
  }
  return tables
}

async function copyTable(source: Side, target: Side, table: Table): Promise<Digest> {
  const digest = new Digest()
  for await (const rows of source.rows(table)) {
    for (const row of rows) digest.add(row)
    try {
      await target.insert(table, rows)
    } catch (error) {
      throw new Error(`the table ${table.name} cannot be copied: ${(error as Error).message}`)
    }
  }
  return digest
}

async function digestOf(side: Side, table: Table): Promise<Digest> {
  const digest = new Digest()
  for await (const rows of side.rows(table)) for (const row of rows) digest.add(row)
  return digest
}
