import { type PageRequest, readPage } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'

export const migrations = {
  todo: 'CREATE TABLE todo (username TEXT, place INTEGER, text TEXT NOT NULL, PRIMARY KEY (username, place))',
}

/** The todo lists of all users. Each list is in the order in which its todos were added. */
export const createTodoLists = (database: Database) => ({
  async read(username: string, request: PageRequest) {
    const select = (offset: number, count: number) => database.all<{ text: string }>`
      SELECT text FROM todo WHERE username = ${username} ORDER BY place LIMIT ${count} OFFSET ${offset}`
    const { items, nextOffset } = await readPage(request, select)
    return { todos: items.map(({ text }) => text), nextOffset }
  },

  add: (username: string, text: string) => database.run`
    INSERT INTO todo (username, place, text)
    SELECT ${username}, coalesce(max(place), 0) + 1, ${text} FROM todo WHERE username = ${username}`,

  /** Deletes the todo at `index`, unless `expected` is another text. Returns the text that was found there. */
  delete: (username: string, index: number, expected?: string) =>
    database.transaction(async (transaction) => {
      const found = await transaction.get<{ place: number; text: string }>`
        SELECT place, text FROM todo WHERE username = ${username} ORDER BY place LIMIT 1 OFFSET ${index}`
      if (found && (expected ?? found.text) === found.text)
        await transaction.run`DELETE FROM todo WHERE username = ${username} AND place = ${found.place}`
      return found?.text
    }),
})
