import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

interface Todos {
  read(username: string): string[] | Promise<string[]>
  add(username: string, todo: string): unknown
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

/** The table and the statements of todo, prepared, in a pool as in the documentation of pg. Each insert is a commit. */
async function inPostgres(connectionString: string): Promise<Todos> {
  const pool = new pg.Pool({ connectionString })
  await pool.query(
    'CREATE TABLE todo (username text, place integer, text text NOT NULL, PRIMARY KEY (username, place))',
  )
  const select = { name: 'read', text: 'SELECT text FROM todo WHERE username = $1 ORDER BY place LIMIT 101' }
  const insert = {
    name: 'add',
    text: `INSERT INTO todo (username, place, text)
      SELECT $1, coalesce(max(place), 0) + 1, $2 FROM todo WHERE username = $1`,
  }
  return {
    read: async (username) => (await pool.query({ ...select, values: [username] })).rows.map(({ text }) => text),
    async add(username, todo) {
      for (;;)
        try {
          return await pool.query({ ...insert, values: [username, todo] })
        } catch (error) {
          // Another insert has taken the place.
          if ((error as { code?: string }).code !== '23505') throw error
        }
    },
  }
}

const { DATABASE_URL = '' } = process.env

/** The todos of the plain servers: in a database if there is one, else in memory. */
export const todos: Todos = DATABASE_URL.startsWith('postgres')
  ? await inPostgres(DATABASE_URL)
  : DATABASE_URL
    ? inSqlite(DATABASE_URL.replace(/^file:/, ''))
    : inMemory()
