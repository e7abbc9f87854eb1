export { type Database, DatabaseError, openDatabase, type Row, type Transaction, type Value } from './database.ts'
export { matchQuery, searchText } from './full-text.ts'
