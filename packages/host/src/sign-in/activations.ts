import { Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { ReadTexts, RegisteredPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'

/** `changed`: the owner has approved a new version of the plugin, and the user has not. */
export type ActivationState = 'none' | 'active' | 'expired' | 'changed'

type Row = { plugin: string; state: ActivationState; seen: string | null }

const stateOf = ({ state, seen }: Omit<Row, 'plugin'>): ActivationState => (seen === null ? state : 'changed')

/** Which user has activated which plugin. */
export class Activations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async of(user: string, plugin: RegisteredPlugin): Promise<ActivationState> {
    const row = await this.#database.get<Row>`
      SELECT plugin, state, seen FROM activation WHERE user_id = ${user} AND plugin = ${plugin.id}`
    return row ? stateOf(row) : 'none'
  }

  /** Of all plugins, by their ID. */
  async all(user: string): Promise<Map<string, ActivationState>> {
    const rows = await this.#database.all<Row>`
      SELECT plugin, state, seen FROM activation WHERE user_id = ${user}`
    return new Map(rows.map((row) => [row.plugin, stateOf(row)]))
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

  /** The texts of the version that the user has approved, if it is not the current one. */
  async seenTexts(user: string, plugin: RegisteredPlugin): Promise<ReadTexts | undefined> {
    const row = await this.#database.get<{ manifest: string | null; spec: string | null }>`
      SELECT v.manifest, v.spec FROM activation a JOIN plugin_version v ON v.plugin = a.plugin AND v.hash = a.seen
      WHERE a.user_id = ${user} AND a.plugin = ${plugin.id}`
    return row && { manifest: row.manifest ?? '', spec: row.spec ?? '' }
  }

  /** The user approves the version of the plugin that has this hash. @throws Problem 409 if it is not the current one */
  async approve(user: string, plugin: RegisteredPlugin, hash: string): Promise<void> {
    const changed = await this.#database.run`
      UPDATE activation SET seen = NULL WHERE user_id = ${user} AND plugin = ${plugin.id}
        AND EXISTS (SELECT 1 FROM plugin p WHERE p.id = activation.plugin AND p.hash = ${hash})`
    if (changed === 0)
      throw new Problem(409, 'The plugin has changed again, or is not active for you: load its page and review it')
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
