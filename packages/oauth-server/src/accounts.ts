import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Database, Transaction } from '@reference-plugins/store'
import { nameKey, shownName } from './name.ts'
import { fitsPassword, hashPassword } from './password.ts'
import { seconds } from './tables.ts'

export interface Account {
  id: string
  name: string
}

/** Deletes what an account owns. A failure keeps the account. */
export type RemoveAccount = (account: string, transaction: Transaction) => Promise<void>

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
    return this.#database.get<Account>`SELECT id, name FROM oauth_account WHERE key = ${nameKey(name)}`
  }

  /**
   * Returns undefined if the name is taken.
   * @param signal ends the work if nobody waits for it any more, here and below
   * @throws SignInBusy, here and below
   */
  async add(name: string, password: string, signal?: AbortSignal): Promise<Account | undefined> {
    const account = { id: randomUUID(), name: shownName(name) }
    const hash = await hashPassword(password, signal)
    const added = await this.#database.run`
      INSERT INTO oauth_account (id, name, key, password, created_at)
      VALUES (${account.id}, ${account.name}, ${nameKey(name)}, ${hash}, ${seconds()}) ON CONFLICT (key) DO NOTHING`
    return added > 0 ? account : undefined
  }

  /** Returns undefined if the name or the password is wrong, without telling which. */
  async check(name: string, password: string, signal?: AbortSignal): Promise<Account | undefined> {
    const found = await this.#database.get<Account & { password: string }>`
      SELECT id, name, password FROM oauth_account WHERE key = ${nameKey(name)}`
    const fits = await fitsPassword(password, found?.password, signal)
    if (!found || !fits) return undefined
    // The password may have been changed, or the account deleted, in the meantime.
    return this.#database.get<Account>`
      SELECT id, name FROM oauth_account WHERE id = ${found.id} AND password = ${found.password}`
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

  /** Ends all sign-ins of the user in browsers. Connected apps keep their access. */
  signOutEverywhere(account: Account): Promise<void> {
    return this.#database.transaction((transaction) => endSignIns(transaction, account))
  }

  /** Ends all sign-ins too, because somebody else may know the old password. */
  async changePassword(account: Account, password: string, signal?: AbortSignal): Promise<void> {
    const hash = await hashPassword(password, signal)
    await this.#database.transaction(async (transaction) => {
      await transaction.run`UPDATE oauth_account SET password = ${hash} WHERE id = ${account.id}`
      await endSignIns(transaction, account)
    })
  }

  /**
   * Deletes the account, its sign-ins, and the access of its apps.
   * @param also deletes what the account owns elsewhere in the database, before the account; all is deleted, or nothing
   */
  async remove({ id }: Account, also?: RemoveAccount): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await also?.(id, transaction)
      await transaction.run`DELETE FROM oauth_sign_in WHERE account_id = ${id}`
      await transaction.run`
        DELETE FROM oauth_record WHERE grant_id IN (
          SELECT id FROM oauth_record WHERE model = 'Grant' AND account_id = ${id})`
      await transaction.run`DELETE FROM oauth_record WHERE account_id = ${id}`
      await transaction.run`DELETE FROM oauth_account WHERE id = ${id}`
    })
  }

  /** Ends a session of oidc-provider, of which only a hash of the id is stored. */
  async forgetSession(uid: string): Promise<void> {
    await this.#database.run`DELETE FROM oauth_record WHERE model = 'Session' AND uid = ${uid}`
  }
}

async function endSignIns(transaction: Transaction, { id }: Account): Promise<void> {
  await transaction.run`DELETE FROM oauth_sign_in WHERE account_id = ${id}`
  await transaction.run`DELETE FROM oauth_record WHERE model = 'Session' AND account_id = ${id}`
}
