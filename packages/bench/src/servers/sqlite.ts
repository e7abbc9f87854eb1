import { DatabaseSync } from 'node:sqlite'
import { servePlain } from './plain.ts'

const database = new DatabaseSync((process.env.DATABASE_URL ?? '').replace(/^file:/, ''))
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE todo (id INTEGER PRIMARY KEY, username TEXT NOT NULL, text TEXT NOT NULL);
  CREATE INDEX todo_username ON todo (username)`)
const select = database.prepare('SELECT text FROM todo WHERE username = ? ORDER BY id')
const insert = database.prepare('INSERT INTO todo (username, text) VALUES (?, ?)')

// Each insert is a commit of its own, and waits for the disk.
servePlain({
  read: (username) => select.all(username).map((row) => String(row.text)),
  add: (username, todo) => insert.run(username, todo),
})
