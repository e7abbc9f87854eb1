import type { Database } from '@reference-plugins/store'

const name = 'removed-local-plugins'

/** The plugins of the workspace that a user has removed, by the names of their folders. They stay removed. */
export class RemovedLocals {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async of(user: string): Promise<ReadonlySet<string>> {
    const row = await this.#database.get<{ value: string }>`
      SELECT value FROM setting WHERE user_id = ${user} AND name = ${name}`
    return new Set(row ? (JSON.parse(row.value) as string[]) : [])
  }

  async set(user: string, local: string, isRemoved: boolean): Promise<void> {
    const removed = new Set(await this.of(user))
    if (removed.has(local) === isRemoved) return
    if (isRemoved) removed.add(local)
    else removed.delete(local)
    await this.#database.run`
      INSERT INTO setting (user_id, name, value) VALUES (${user}, ${name}, ${JSON.stringify([...removed])})
      ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value`
  }
}
