import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Database } from '@reference-plugins/store'
import type { Key, KeyRing } from './key-ring.ts'

const portion = 500

/** Whose secret it is, for what, and the only origin to which it may be sent. */
export interface SecretPlace {
  /** Empty for a secret of the plugin itself, for all users. */
  user: string
  plugin: string
  kind: 'service-token' | 'client-secret' | 'user-token' | 'oauth-tokens' | 'model-key'
  origin: string
}

interface Sealed {
  key_id: string
  nonce: string
  sealed: string
}

interface Row extends Sealed {
  user_id: string
  plugin: string
  kind: SecretPlace['kind']
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
    const { key_id, nonce, sealed } = seal(place, secret, this.#keys.newest)
    await this.#database.run`
      INSERT INTO secret (user_id, plugin, kind, origin, key_id, nonce, sealed)
      VALUES (${place.user}, ${place.plugin}, ${place.kind}, ${place.origin}, ${key_id}, ${nonce}, ${sealed})
      ON CONFLICT (user_id, plugin, kind) DO UPDATE SET
        origin = excluded.origin, key_id = excluded.key_id, nonce = excluded.nonce, sealed = excluded.sealed`
  }

  /**
   * Answers undefined if there is none for this origin.
   * @throws VaultError
   */
  async get(place: SecretPlace): Promise<string | undefined> {
    const row = await this.#database.get<Sealed & { origin: string }>`
      SELECT origin, key_id, nonce, sealed FROM secret
      WHERE user_id = ${place.user} AND plugin = ${place.plugin} AND kind = ${place.kind}`
    if (row?.origin !== place.origin) return undefined
    const key = this.#keys.get(row.key_id)
    if (!key) throw new VaultError('a secret was encrypted with a key that is not in HOST_KEY: add that key again')
    return unseal(place, row, key)
  }

  /**
   * Encrypts with the newest key what the older ones have encrypted, so that these can be removed from HOST_KEY. A secret that
   * is replaced meanwhile, or that cannot be decrypted, is left as it is.
   */
  async renew(): Promise<void> {
    for (const key of this.#keys.older)
      for (let rows = await this.#sealedWith(key); rows.length > 0; rows = await this.#sealedWith(key, rows.at(-1)))
        for (const row of rows) await this.#renewOne(row, key)
  }

  /** The next secrets that this key has encrypted. */
  #sealedWith({ id }: Key, { user_id, plugin, kind }: Pick<Row, 'user_id' | 'plugin'> & { kind: string } = start) {
    return this.#database.all<Row>`
      SELECT user_id, plugin, kind, origin, key_id, nonce, sealed FROM secret
      WHERE key_id = ${id} AND (user_id, plugin, kind) > (${user_id}, ${plugin}, ${kind})
      ORDER BY user_id, plugin, kind LIMIT ${portion}`
  }

  async #renewOne(row: Row, key: Key): Promise<void> {
    const { user_id: user, plugin, kind, origin } = row
    const place = { user, plugin, kind, origin }
    try {
      const { key_id, nonce, sealed } = seal(place, unseal(place, row, key), this.#keys.newest)
      await this.#database.run`
        UPDATE secret SET key_id = ${key_id}, nonce = ${nonce}, sealed = ${sealed}
        WHERE user_id = ${user} AND plugin = ${plugin} AND kind = ${kind} AND nonce = ${row.nonce}`
    } catch (error) {
      if (!(error instanceof VaultError)) throw error
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

/** Before every secret. */
const start = { user_id: '', plugin: '', kind: '' }

function seal(place: SecretPlace, secret: string, { id, bytes }: Key): Sealed {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(purpose(place))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { key_id: id, nonce: nonce.toString('base64url'), sealed: sealed.toString('base64url') }
}

/** @throws VaultError */
function unseal(place: SecretPlace, row: Sealed, { bytes }: Key): string {
  const sealed = Buffer.from(row.sealed, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', bytes, Buffer.from(row.nonce, 'base64url'))
      .setAAD(purpose(place))
      .setAuthTag(sealed.subarray(-16))
    return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
  } catch (error) {
    throw new VaultError('a secret cannot be decrypted, because it has been changed: enter it again', { cause: error })
  }
}

const purpose = ({ user, plugin, kind, origin }: SecretPlace): Buffer =>
  Buffer.from(JSON.stringify([user, plugin, origin, kind]))
