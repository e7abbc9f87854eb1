import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Database } from '@reference-plugins/store'
import { fitsPassword, hashPassword } from './password.ts'
import { seconds } from './tables.ts'

export interface Account {
  id: string
  name: string
}

/** The same for all names that look the same. */
const keyOf = (name: string): string => name.normalize('NFKC').toLowerCase()
const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** How long a browser stays signed in, in seconds. */
export const longestSignIn = 14 * 24 * 3600

/** The people who may sign in, and the browsers in which they are signed in. */
export class Accounts {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  find(id: string): Promise<Account | undefined> {
    return this.#database.get<Account & Record<string, never>>`SELECT id, name FROM oauth_account WHERE id = ${id}`
  }

  findByName(name: string): Promise<Account | undefined> {
    return this.#database.get<Account>`SELECT id, name FROM oauth_account WHERE key = ${keyOf(name)}`
  }

  /** Returns undefined if the name is taken. */
  async add(name: string, password: string): Promise<Account | undefined> {
    const account = { id: randomUUID(), name }
    const hash = await hashPassword(password)
    const added = await this.#database.run`
      INSERT INTO oauth_account (id, name, key, password, created_at)
      VALUES (${account.id}, ${name}, ${keyOf(name)}, ${hash}, ${seconds()}) ON CONFLICT (key) DO NOTHING`
    return added > 0 ? account : undefined
  }

  /** Returns undefined if the name or the password is wrong, without telling which. */
  async check(name: string, password: string): Promise<Account | undefined> {
    const found = await this.#database.get<Account & { password: string }>`
      SELECT id, name, password FROM oauth_account WHERE key = ${keyOf(name)}`
    const fits = await fitsPassword(password, found?.password)
    return found && fits ? { id: found.id, name: found.name } : undefined
  }

  /** Returns the secret for the browser's cookie. */
  async signIn({ id }: Account): Promise<string> {
    const secret = randomBytes(32).toString('base64url')
    await this.#database.run`
      INSERT INTO oauth_sign_in (digest, account_id, expires_at) VALUES (${digest(secret)}, ${id}, ${seconds() + longestSignIn})`
    return secret
  }

  signedIn(secret: string): Promise<Account | undefined> {
    return this.#database.get<Account>`
      SELECT a.id, a.name FROM oauth_sign_in s JOIN oauth_account a ON a.id = s.account_id
      WHERE s.digest = ${digest(secret)} AND s.expires_at > ${seconds()}`
  }

  async signOut(secret: string): Promise<void> {
    await this.#database.run`DELETE FROM oauth_sign_in WHERE digest = ${digest(secret)}`
  }
}
