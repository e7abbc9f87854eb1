import { createHash } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import type { PluginDocument, Repair } from '@reference-plugins/reader'
import type { Database } from '@reference-plugins/store'
import { withoutKeyInputs } from '../calls/idempotency-key.ts'
import type { OAuthServer } from '../sign-in/oauth-server.ts'
import { now } from '../tables.ts'

/** The texts that a plugin was approved with. If they change, the plugin must be approved again. */
export interface ReadTexts {
  manifest?: string
  spec?: string
  manifestUrl?: string
  specUrl?: string
}

export interface FoundPlugin {
  address: string
  document: PluginDocument
  texts: ReadTexts
  repairs: Repair[]
  oauth?: OAuthServer
}

export interface RegisteredPlugin extends FoundPlugin {
  /** `plugin-` and a UUID, as in ChatGPT. */
  id: string
  owner: string
  /** SHA-256 of the texts. */
  hash: string
  clientId: string | undefined
  verificationToken: string
  /** Why it cannot be called. */
  trouble: string | undefined
  registeredAt: string
}

export const hashOf = ({ manifest = '', spec = '' }: ReadTexts): string =>
  createHash('sha256').update(`${manifest.length}:${manifest}${spec}`).digest('base64url')

interface Row {
  id: string
  owner: string
  address: string
  document: string
  manifest: string | null
  spec: string | null
  manifest_url: string | null
  spec_url: string | null
  hash: string
  repairs: string
  client_id: string | null
  oauth: string | null
  verification_token: string
  trouble: string | null
  registered_at: string
}

/** The registered plugins. A user sees their own and those that are shared with them. */
export class Plugins {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(
    id: string,
    owner: string,
    found: FoundPlugin,
    { clientId, verificationToken }: { clientId: string | undefined; verificationToken: string },
  ): Promise<void> {
    const { texts, document, repairs, oauth } = found
    await this.#database.run`
      INSERT INTO plugin (id, owner, address, document, manifest, spec, manifest_url, spec_url, hash, repairs, client_id, oauth, verification_token, registered_at)
      VALUES (${id}, ${owner}, ${found.address}, ${JSON.stringify(document)}, ${texts.manifest ?? null}, ${texts.spec ?? null},
        ${texts.manifestUrl ?? null}, ${texts.specUrl ?? null}, ${hashOf(texts)}, ${JSON.stringify(repairs)}, ${clientId ?? null},
        ${oauth ? JSON.stringify(oauth) : null}, ${verificationToken}, ${now()})`
  }

  /**
   * Replaces a plugin with a newly approved version. Operations that users always allow need confirmation again, and
   * members cannot use the plugin until they have approved the version too.
   */
  async replace(id: string, { texts, document, repairs, oauth }: FoundPlugin): Promise<void> {
    const hash = hashOf(texts)
    await this.#database.transaction(async (transaction) => {
      await transaction.run`
        INSERT INTO plugin_version (plugin, hash, manifest, spec) SELECT id, hash, manifest, spec FROM plugin WHERE id = ${id}
        ON CONFLICT (plugin, hash) DO NOTHING`
      await transaction.run`
        UPDATE activation SET seen = (SELECT hash FROM plugin WHERE id = ${id})
        WHERE plugin = ${id} AND seen IS NULL AND user_id <> (SELECT owner FROM plugin WHERE id = ${id})`
      await transaction.run`UPDATE activation SET seen = NULL WHERE plugin = ${id} AND seen = ${hash}`
      await transaction.run`
        DELETE FROM plugin_version WHERE plugin = ${id}
          AND hash NOT IN (SELECT seen FROM activation WHERE plugin = ${id} AND seen IS NOT NULL)`
      await transaction.run`
        UPDATE plugin SET document = ${JSON.stringify(document)}, manifest = ${texts.manifest ?? null}, spec = ${texts.spec ?? null},
          manifest_url = ${texts.manifestUrl ?? null}, spec_url = ${texts.specUrl ?? null}, hash = ${hash},
          repairs = ${JSON.stringify(repairs)}, oauth = ${oauth ? JSON.stringify(oauth) : null}, trouble = NULL
        WHERE id = ${id}`
      await transaction.run`DELETE FROM permission WHERE plugin = ${id}`
    })
  }

  async setTrouble(id: string, trouble: string | undefined): Promise<void> {
    await this.#database.run`UPDATE plugin SET trouble = ${trouble ?? null} WHERE id = ${id}`
  }

  async setClient(id: string, clientId: string): Promise<void> {
    await this.#database.run`UPDATE plugin SET client_id = ${clientId} WHERE id = ${id}`
  }

  /** @throws Problem 404, the same for a plugin of another user as for none */
  async visible(user: string, id: string): Promise<RegisteredPlugin> {
    const row = await this.#database.get<Row>`
      SELECT p.* FROM plugin p WHERE p.id = ${id}
        AND (p.owner = ${user} OR EXISTS (SELECT 1 FROM member m WHERE m.plugin = p.id AND m.user_id = ${user}))`
    if (!row) throw new Problem(404, 'This plugin does not exist: it may have been removed')
    return toPlugin(row)
  }

  /** @throws Problem 404, or 403 for a plugin that is shared with the user */
  async owned(user: string, id: string): Promise<RegisteredPlugin> {
    const plugin = await this.visible(user, id)
    if (plugin.owner !== user) throw new Problem(403, 'Only the owner of the plugin may do this: ask them')
    return plugin
  }

  async allVisible(user: string): Promise<RegisteredPlugin[]> {
    const rows = await this.#database.all<Row>`
      SELECT p.* FROM plugin p
      WHERE p.owner = ${user} OR EXISTS (SELECT 1 FROM member m WHERE m.plugin = p.id AND m.user_id = ${user})
      ORDER BY p.registered_at, p.id`
    return rows.map(toPlugin)
  }

  async count(owner: string): Promise<number> {
    const row = await this.#database.get<{ count: number }>`SELECT count(*) AS count FROM plugin WHERE owner = ${owner}`
    return row?.count ?? 0
  }

  /** With every user's secrets and activations. */
  async remove(id: string): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.run`DELETE FROM secret WHERE plugin = ${id}`
      await transaction.run`DELETE FROM plugin WHERE id = ${id}`
    })
    await this.#database.checkpoint()
  }
}

const toPlugin = (row: Row): RegisteredPlugin => ({
  id: row.id,
  owner: row.owner,
  address: row.address,
  document: withoutKeyInputs(JSON.parse(row.document) as PluginDocument),
  texts: {
    ...(row.manifest !== null && { manifest: row.manifest }),
    ...(row.spec !== null && { spec: row.spec }),
    ...(row.manifest_url !== null && { manifestUrl: row.manifest_url }),
    ...(row.spec_url !== null && { specUrl: row.spec_url }),
  },
  repairs: JSON.parse(row.repairs) as Repair[],
  ...(row.oauth !== null && { oauth: JSON.parse(row.oauth) as OAuthServer }),
  hash: row.hash,
  clientId: row.client_id ?? undefined,
  verificationToken: row.verification_token,
  trouble: row.trouble ?? undefined,
  registeredAt: row.registered_at,
})
