import { Problem } from '@reference-plugins/core'
import { passwordFault } from '@reference-plugins/oauth-server/password-choice'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { removeAccount } from '../users/account-removal.ts'
import type { User } from '../users/users.ts'
import { bodyOf } from './body.ts'
import type { Context, UserRoutes } from './routes.ts'
import { signIn, signOut } from './session.ts'
import { Password } from './session-routes.ts'

const Confirmed = z.object({ password: Password })
const Change = Confirmed.extend({ next: Password })
const wrong = 'The current password is wrong: try again'

export function accountRoutes(host: Host): UserRoutes {
  const { users } = host
  const { accounts, tries } = users

  // Passwords are counted by the ID, so that guesses of strangers at the name do not keep its user from acting.
  function accountOf({ state }: Context): User {
    if (users.mode === 'single') throw new Problem(409, 'This host has a single user, who has no account')
    return state.user as User
  }

  return {
    'PUT /api/account/password': async (_, ctx) => {
      const account = accountOf(ctx)
      const { password, next } = bodyOf(ctx, Change)
      const fault = passwordFault(next, account.name)
      if (fault !== undefined) throw new Problem(422, fault.replace(/\.$/, ''))
      await tries.check(ctx, account.id, wrong, async (signal) => {
        if (!(await accounts.check(account.name, password, signal))) return undefined
        await accounts.changePassword(account, next, signal)
        return account
      })
      return signIn(ctx, host, account)
    },

    'POST /api/account/sign-out-everywhere': async (_, ctx) => {
      await accounts.signOutEverywhere(accountOf(ctx))
      return signOut(ctx, host)
    },

    'POST /api/account/delete': async (_, ctx) => {
      const account = accountOf(ctx)
      const { password } = bodyOf(ctx, Confirmed)
      await tries.check(ctx, account.id, wrong, (signal) => accounts.check(account.name, password, signal))
      await removeAccount(host, account)
      return signOut(ctx, host)
    },
  }
}
