import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { now } from '../tables.ts'
import type { Share } from '../wire.ts'

const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
const mostShares = 100

interface Row {
  id: string
  plugin: string
  kind: 'user' | 'link'
  maximum: number | null
  expires_at: string | null
  used: number
  user_id: string | null
}

/** The users with whom plugins are shared. Each signs in on their own: a share contains no tokens. */
export class Shares {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @throws Problem 409 if there are too many shares, or the user has the plugin already */
  async addUser(plugin: string, user: string): Promise<string> {
    await this.#checkRoom(plugin)
    const id = randomUUID()
    await this.#database.transaction(async (transaction) => {
      const known = await transaction.get`SELECT 1 FROM member WHERE plugin = ${plugin} AND user_id = ${user}`
      if (known) throw new Problem(409, 'The plugin is already shared with this user')
      await transaction.run`
        INSERT INTO share (id, plugin, kind, made_at) VALUES (${id}, ${plugin}, ${'user'}, ${now()})`
      await transaction.run`INSERT INTO member (plugin, user_id, share) VALUES (${plugin}, ${user}, ${id})`
    })
    return id
  }

  /** Answers the secret of the link. It is not stored and cannot be read later. */
  async addLink(
    plugin: string,
    maximum: number | undefined,
    expiresAt: string | undefined,
  ): Promise<{ id: string; secret: string }> {
    await this.#checkRoom(plugin)
    const [id, secret] = [randomUUID(), randomBytes(24).toString('base64url')]
    await this.#database.run`
      INSERT INTO share (id, plugin, kind, digest, maximum, expires_at, made_at)
      VALUES (${id}, ${plugin}, ${'link'}, ${digest(secret)}, ${maximum ?? null}, ${expiresAt ?? null}, ${now()})`
    return { id, secret }
  }

  /**
   * Adds the user to those who have the plugin. Answers the plugin.
   * @throws Problem 404 if the link does not exist, has expired, or is used up
   */
  async take(user: string, secret: string): Promise<string> {
    return this.#database.transaction(async (transaction) => {
      const row = await transaction.get<Row & { owner: string }>`
        SELECT s.id, s.plugin, s.kind, s.maximum, s.expires_at, p.owner,
          (SELECT count(*) FROM member m WHERE m.share = s.id) AS used
        FROM share s JOIN plugin p ON p.id = s.plugin WHERE s.digest = ${digest(secret)}`
      if (!row) throw new Problem(404, 'This link is not valid: ask the sender for a new one')
      if (row.owner === user) return row.plugin
      const known = await transaction.get`SELECT 1 FROM member WHERE plugin = ${row.plugin} AND user_id = ${user}`
      if (known) return row.plugin
      if (row.expires_at !== null && row.expires_at < now())
        throw new Problem(404, 'This link has expired: ask the sender for a new one')
      if (row.maximum !== null && row.used >= row.maximum)
        throw new Problem(404, `This link was for ${row.maximum} users and is used up: ask the sender for a new one`)
      await transaction.run`INSERT INTO member (plugin, user_id, share) VALUES (${row.plugin}, ${user}, ${row.id})`
      return row.plugin
    })
  }

  async list(plugin: string): Promise<(Omit<Share, 'userName'> & { user?: string })[]> {
    const rows = await this.#database.all<Row>`
      SELECT s.id, s.plugin, s.kind, s.maximum, s.expires_at,
        (SELECT count(*) FROM member m WHERE m.share = s.id) AS used,
        (SELECT min(m.user_id) FROM member m WHERE m.share = s.id) AS user_id
      FROM share s WHERE s.plugin = ${plugin} ORDER BY s.made_at, s.id`
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      used: row.used,
      ...(row.maximum !== null && { maximum: row.maximum }),
      ...(row.expires_at !== null && { expiresAt: row.expires_at }),
      ...(row.kind === 'user' && row.user_id !== null && { user: row.user_id }),
    }))
  }

  /** Answers the users who lose the plugin. */
  async remove(plugin: string, id: string): Promise<string[]> {
    return this.#database.transaction(async (transaction) => {
      const members = await transaction.all<{ user_id: string }>`
        SELECT user_id FROM member WHERE plugin = ${plugin} AND share = ${id}`
      const removed = await transaction.run`DELETE FROM share WHERE plugin = ${plugin} AND id = ${id}`
      if (removed === 0) throw new Problem(404, 'The share does not exist')
      return members.map(({ user_id }) => user_id)
    })
  }

  /** The user removes a plugin that was shared with them. */
  async leave(plugin: string, user: string): Promise<void> {
    await this.#database.run`DELETE FROM member WHERE plugin = ${plugin} AND user_id = ${user}`
  }

  async #checkRoom(plugin: string): Promise<void> {
    const row = await this.#database.get<{
      count: number
    }>`SELECT count(*) AS count FROM share WHERE plugin = ${plugin}`
    if ((row?.count ?? 0) >= mostShares)
      throw new Problem(409, `A plugin has at most ${mostShares} shares: remove one first`)
  }
}
