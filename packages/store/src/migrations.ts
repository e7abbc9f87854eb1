import type { Engine } from './database.ts'

/** SQL that both engines understand, or one text for each. */
export type Step = string | { readonly sqlite: string; readonly postgres: string }

/**
 * The steps that create the tables, oldest first, by name: `{ 'todo': 'CREATE TABLE todo (…)' }`.
 * Never change a released step; add a new step for each change of the tables.
 */
export type Migrations = Readonly<Record<string, Step>>

/** The steps that have not run yet. Refuses a database that a newer version of the program has migrated. */
export function pendingMigrations(
  migrations: Migrations,
  done: readonly string[],
  engine: Engine,
): [name: string, sql: string][] {
  const unknown = done.filter((name) => !(name in migrations))
  if (unknown.length > 0)
    throw new Error(`a newer version has migrated the database (${unknown.join(', ')}): run that version`)
  return Object.entries(migrations)
    .filter(([name]) => !done.includes(name))
    .map(([name, step]) => [name, typeof step === 'string' ? step : step[engine]])
}
