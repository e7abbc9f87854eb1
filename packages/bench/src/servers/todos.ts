import { DatabaseSync } from 'node:sqlite'

interface Todos {
  read(username: string): string[]
  add(username: string, todo: string): void
}

function inMemory(): Todos {
  const lists = new Map<string, string[]>()
  return {
    read: (username) => lists.get(username) ?? [],
    add(username, todo) {
      const list = lists.get(username)
      if (list) list.push(todo)
      else lists.set(username, [todo])
    },
  }
}

/** Each insert is a separate commit, and waits for the disk. */
function inSqlite(file: string): Todos {
  const database = new DatabaseSync(file)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE todo (id INTEGER PRIMARY KEY, username TEXT NOT NULL, text TEXT NOT NULL);
    CREATE INDEX todo_username ON todo (username)`)
  const select = database.prepare('SELECT text FROM todo WHERE username = ? ORDER BY id')
  const insert = database.prepare('INSERT INTO todo (username, text) VALUES (?, ?)')
  return {
    read: (username) => select.all(username).map((row) => String(row.text)),
    add: (username, todo) => insert.run(username, todo),
  }
}

const { DATABASE_URL } = process.env

/** The todos of the plain servers: in a database if there is one, else in memory. */
export const todos: Todos = DATABASE_URL ? inSqlite(DATABASE_URL.replace(/^file:/, '')) : inMemory()
