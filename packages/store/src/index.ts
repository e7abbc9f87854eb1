export { type Database, DatabaseError, openDatabase, type Row, type Transaction, type Value } from './database.ts'
export { type Match, searchText, toMatch } from './full-text.ts'
export { snippetOf } from './snippet.ts'
