import { createHash, hkdfSync } from 'node:crypto'
import { dirname, join } from 'node:path'
import { developmentSecret, EnvironmentError } from '@reference-plugins/core'

export interface Key {
  id: string
  bytes: Buffer
}

/** The keys of the vault. The first one encrypts; all of them decrypt, so that a key can be replaced. */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, Key>
  readonly newest: Key

  /**
   * @param text keys of 32 random bytes in base64url, separated by commas, the newest first
   * @throws EnvironmentError if one is too weak
   */
  constructor(text: string) {
    const keys = text.split(',').map((one) => toKey(one.trim()))
    this.newest = keys[0] as Key
    this.#keys = new Map(keys.map((key) => [key.id, key]))
  }

  get(id: string): Key | undefined {
    return this.#keys.get(id)
  }

  get older(): Key[] {
    return [...this.#keys.values()].filter(({ id }) => id !== this.newest.id)
  }
}

function toKey(text: string): Key {
  const secret = Buffer.from(text, 'base64url')
  if (secret.length < 32 || new Set(secret).size < 8)
    throw new EnvironmentError(`HOST_KEY must be 32 random bytes in base64url: ${example}`)
  const bytes = Buffer.from(hkdfSync('sha256', secret, 'reference-plugins', 'vault', 32))
  return { id: createHash('sha256').update(bytes).digest('base64url').slice(0, 8), bytes }
}

const example = `node -p "require('node:crypto').randomBytes(32).toString('base64url')" makes one`

/**
 * The key of a host without HOST_KEY. It lies beside the database, not in it: a copy of the database has no key.
 * @throws EnvironmentError if the database is on a server, because each machine would make a key of its own
 */
export function ownKey(databaseUrl: string): string {
  if (!databaseUrl.startsWith('file:'))
    throw new EnvironmentError(`HOST_KEY must be set, because the database is on a server: ${example}`)
  return developmentSecret(join(dirname(databaseUrl.slice('file:'.length)), 'vault-key')).secret
}
