import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Caller, developmentFolder, developmentSecret } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'

export interface UserToken {
  id: string
  user_id: string
  created_at: string
  expires_at: string | null
  revoked_at: string | null
}

export const userTokenMigrations = {
  'user-tokens': {
    sqlite: `
    CREATE TABLE user_token (
      id TEXT PRIMARY KEY, user TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
    );`,
    postgres: `
    CREATE TABLE user_token (
      id TEXT PRIMARY KEY, user_id TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
    );`,
  },
  // Postgres reserves the word user.
  'tokens by user_id': { sqlite: 'ALTER TABLE user_token RENAME COLUMN user TO user_id;', postgres: '' },
}

const digest = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The tokens that users paste into their assistants. Only their hashes are stored. */
export class UserTokens {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Returns the token, which cannot be read again. */
  async add(
    user: string,
    expiresAt: string | null = null,
    token = `news_${randomBytes(32).toString('base64url')}`,
  ): Promise<string> {
    const id = randomBytes(4).toString('hex')
    await this.#database.run`
      INSERT INTO user_token (id, user_id, digest, created_at, expires_at)
      VALUES (${id}, ${user}, ${digest(token)}, ${new Date().toISOString()}, ${expiresAt}) ON CONFLICT (digest) DO NOTHING`
    return token
  }

  list(): Promise<UserToken[]> {
    return this.#database.all<UserToken>`
      SELECT id, user_id, created_at, expires_at, revoked_at FROM user_token ORDER BY created_at, id`
  }

  /** Returns false if no token has this id or it has been revoked before. */
  async revoke(id: string): Promise<boolean> {
    const now = new Date().toISOString()
    return (
      (await this.#database.run`UPDATE user_token SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`) > 0
    )
  }

  async find(digest: string): Promise<Caller | undefined> {
    const found = await this.#database.get<{ user_id: string }>`
      SELECT user_id FROM user_token
      WHERE digest = ${digest} AND revoked_at IS NULL AND coalesce(expires_at, '9999') > ${new Date().toISOString()}`
    return found && { id: found.user_id }
  }
}

/**
 * Adds two users with one token each, for development: two, so that you can see that users do not see each other's feeds.
 * The tokens are saved in the folder of the database: see {@link developmentFolder}.
 */
export async function addDevelopmentTokens(tokens: UserTokens, databaseUrl: string): Promise<void> {
  const folder = developmentFolder(databaseUrl)
  const path = join(folder, 'user-token')
  const { secret, isNew } = developmentSecret(path)
  await tokens.add('developer', null, secret)
  await tokens.add('guest', null, developmentSecret(join(folder, 'second-user-token')).secret)
  if (isNew)
    console.log(`A token for development was created for the user "developer": ${secret}\nIt is saved in ${path}.`)
}
