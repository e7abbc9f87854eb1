import { type PageRequest, readPage } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'

/** The todo lists of all users, each in the order in which its todos were added. */
export class TodoLists {
  static readonly migrations = {
    todo: 'CREATE TABLE todo (username TEXT, place INTEGER, text TEXT NOT NULL, PRIMARY KEY (username, place))',
  }

  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async read(username: string, request: PageRequest) {
    const { items, nextOffset } = await readPage(
      request,
      (offset, count) =>
        this.#database.all<{ text: string }>`
        SELECT text FROM todo WHERE username = ${username} ORDER BY place LIMIT ${count} OFFSET ${offset}`,
    )
    return { todos: items.map(({ text }) => text), nextOffset }
  }

  async add(username: string, text: string): Promise<void> {
    await this.#database.run`
      INSERT INTO todo (username, place, text)
      SELECT ${username}, coalesce(max(place), 0) + 1, ${text} FROM todo WHERE username = ${username}`
  }

  /** Answers the text that was found at `index`, and deletes it if it is the expected one or none was expected. */
  delete(username: string, index: number, expected?: string): Promise<string | undefined> {
    return this.#database.transaction(async (transaction) => {
      const found = await transaction.get<{ place: number; text: string }>`
        SELECT place, text FROM todo WHERE username = ${username} ORDER BY place LIMIT 1 OFFSET ${index}`
      if (found && (expected ?? found.text) === found.text)
        await transaction.run`DELETE FROM todo WHERE username = ${username} AND place = ${found.place}`
      return found?.text
    })
  }
}
