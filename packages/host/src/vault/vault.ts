import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Database } from '@reference-plugins/store'
import type { KeyRing } from './key-ring.ts'

/** Whose secret it is, for what, and the only origin to which it may be sent. */
export interface SecretPlace {
  /** Empty for a secret of the plugin itself, for all users. */
  user: string
  plugin: string
  kind: 'service-token' | 'client-secret' | 'user-token' | 'oauth-tokens' | 'model-key'
  origin: string
}

/** A secret cannot be decrypted: it was moved, changed, or encrypted with a key that is missing. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
}

/**
 * Secrets at rest, encrypted by AES-256-GCM with a key that is not in the database. The place of a secret is
 * authenticated with it, so that a row that was moved cannot be decrypted.
 */
export class Vault {
  readonly #database: Database
  readonly #keys: KeyRing

  constructor(database: Database, keys: KeyRing) {
    this.#database = database
    this.#keys = keys
  }

  async put(place: SecretPlace, secret: string): Promise<void> {
    const nonce = randomBytes(12)
    const { id, bytes } = this.#keys.newest
    const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(purpose(place))
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
    await this.#database.run`
      INSERT INTO secret (user_id, plugin, kind, origin, key_id, nonce, sealed)
      VALUES (${place.user}, ${place.plugin}, ${place.kind}, ${place.origin}, ${id}, ${nonce.toString('base64url')}, ${sealed.toString('base64url')})
      ON CONFLICT (user_id, plugin, kind) DO UPDATE SET
        origin = excluded.origin, key_id = excluded.key_id, nonce = excluded.nonce, sealed = excluded.sealed`
  }

  /**
   * Answers undefined if there is none for this origin.
   * @throws VaultError
   */
  async get(place: SecretPlace): Promise<string | undefined> {
    const row = await this.#database.get<{ origin: string; key_id: string; nonce: string; sealed: string }>`
      SELECT origin, key_id, nonce, sealed FROM secret
      WHERE user_id = ${place.user} AND plugin = ${place.plugin} AND kind = ${place.kind}`
    if (row?.origin !== place.origin) return undefined
    const key = this.#keys.get(row.key_id)
    if (!key) throw new VaultError('a secret was encrypted with a key that is not in HOST_KEY: add that key again')
    const sealed = Buffer.from(row.sealed, 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(row.nonce, 'base64url'))
        .setAAD(purpose(place))
        .setAuthTag(sealed.subarray(-16))
      return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
    } catch (error) {
      throw new VaultError('a secret cannot be decrypted, because it has been changed: enter it again', {
        cause: error,
      })
    }
  }

  async has({ user, plugin, kind, origin }: SecretPlace): Promise<boolean> {
    const row = await this.#database.get`
      SELECT 1 FROM secret WHERE user_id = ${user} AND plugin = ${plugin} AND kind = ${kind} AND origin = ${origin}`
    return row !== undefined
  }

  async delete({ user, plugin, kind }: Omit<SecretPlace, 'origin'>): Promise<void> {
    await this.#database.run`DELETE FROM secret WHERE user_id = ${user} AND plugin = ${plugin} AND kind = ${kind}`
  }
}

const purpose = ({ user, plugin, kind, origin }: SecretPlace): Buffer =>
  Buffer.from(JSON.stringify([user, plugin, origin, kind]))
