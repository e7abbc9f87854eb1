import type { Database } from '@reference-plugins/store'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'

export type ActivationState = 'none' | 'active' | 'expired'

/** Which user has activated which plugin. */
export class Activations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async of(user: string, plugin: RegisteredPlugin): Promise<ActivationState> {
    const row = await this.#database.get<{ state: ActivationState }>`
      SELECT state FROM activation WHERE user_id = ${user} AND plugin = ${plugin.id}`
    return row?.state ?? 'none'
  }

  /** Of all plugins, by their ID. */
  async all(user: string): Promise<Map<string, ActivationState>> {
    const rows = await this.#database.all<{ plugin: string; state: ActivationState }>`
      SELECT plugin, state FROM activation WHERE user_id = ${user}`
    return new Map(rows.map(({ plugin, state }) => [plugin, state]))
  }

  /** The IDs of the plugins that are active for the user. */
  async active(user: string): Promise<string[]> {
    return [...(await this.all(user))].flatMap(([plugin, state]) => (state === 'active' ? [plugin] : []))
  }

  /** The users who have activated the plugin. */
  async usersOf(plugin: RegisteredPlugin): Promise<string[]> {
    const rows = await this.#database.all<{ user_id: string }>`
      SELECT user_id FROM activation WHERE plugin = ${plugin.id}`
    return rows.map(({ user_id }) => user_id)
  }

  async set(user: string, plugin: RegisteredPlugin, state: 'active' | 'expired'): Promise<void> {
    await this.#database.run`
      INSERT INTO activation (user_id, plugin, at, state) VALUES (${user}, ${plugin.id}, ${now()}, ${state})
      ON CONFLICT (user_id, plugin) DO UPDATE SET state = excluded.state, at = excluded.at`
  }

  async remove(user: string, plugin: RegisteredPlugin): Promise<void> {
    await this.#database.run`DELETE FROM activation WHERE user_id = ${user} AND plugin = ${plugin.id}`
  }
}
