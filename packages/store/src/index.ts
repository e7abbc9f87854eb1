export {
  type Database,
  DatabaseError,
  type Engine,
  type Reading,
  type Row,
  type Transaction,
  type Value,
} from './database.ts'
export { FullText, fullTextStep, type SearchableText, type TextSource } from './full-text/full-text.ts'
export { snippetOf } from './full-text/snippet.ts'
export { type Holds, isLeased, leaseMigrations, withLease } from './lease.ts'
export type { Migrations, Step } from './migrations.ts'
export { openDatabase } from './open-database.ts'
