import { Accounts } from '@reference-plugins/oauth-server/accounts'
import type { Database } from '@reference-plugins/store'
import { PasswordTries } from './password-tries.ts'

export interface User {
  id: string
  name: string
}

export const onlyUser: User = { id: 'only', name: 'you' }

/** The users of the host: one who needs no sign-in, or accounts. */
export class Users {
  readonly mode: 'single' | 'accounts'
  readonly accounts: Accounts
  readonly tries: PasswordTries

  constructor(database: Database, mode: 'single' | 'accounts') {
    this.mode = mode
    this.accounts = new Accounts(database)
    this.tries = new PasswordTries(database)
  }

  /** @param cookie of the browser, if it has one */
  async of(cookie: string | undefined): Promise<User | undefined> {
    if (this.mode === 'single') return onlyUser
    return cookie === undefined ? undefined : this.accounts.signedIn(cookie)
  }

  async nameOf(id: string): Promise<string> {
    if (id === onlyUser.id) return onlyUser.name
    return (await this.accounts.find(id))?.name ?? 'a deleted user'
  }
}
