export { type Database, DatabaseError, type Row, type Transaction, type Value } from './database.ts'
export { type Match, searchText, toMatch } from './full-text.ts'
export { openDatabase } from './open-database.ts'
export { snippetOf } from './snippet.ts'
