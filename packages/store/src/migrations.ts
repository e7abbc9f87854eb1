/**
 * The steps that make the tables, oldest first, by name: `{ 'todo': 'CREATE TABLE todo (…)' }`.
 * A step that has been released never changes; a change of the tables is a step of its own.
 */
export type Migrations = Readonly<Record<string, string>>

/** The steps still to be run. Refuses a database that a newer version of the program has migrated. */
export function pendingMigrations(migrations: Migrations, done: readonly string[]): [name: string, sql: string][] {
  const unknown = done.filter((name) => !(name in migrations))
  if (unknown.length > 0)
    throw new Error(
      `the database has been migrated by a newer version, which knows ${unknown.join(', ')}: run that one`,
    )
  return Object.entries(migrations).filter(([name]) => !done.includes(name))
}
