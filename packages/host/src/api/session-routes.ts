import { Problem } from '@reference-plugins/core'
import { nameKey, userNameFault } from '@reference-plugins/oauth-server/name'
import { passwordFault } from '@reference-plugins/oauth-server/password-choice'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { bodyOf } from './body.ts'
import { sessionCookie } from './cookies.ts'
import type { Routes } from './routes.ts'
import { signIn, signOut, toSession } from './session.ts'

export const Password = z.string().max(256, 'at most 256 characters')
const Given = z.object({ name: z.string().max(256), password: Password })

export function sessionRoutes(host: Host): Routes {
  const { users, options } = host
  const { accounts, tries } = users
  return {
    'GET /api/session': (ctx) => toSession(host, ctx.state.user),

    'POST /api/session': async (ctx) => {
      const { name, password } = bodyOf(ctx, Given)
      if (nameKey(name) === '') throw new Problem(422, 'The name is empty: enter yours')
      const wrong = 'The name or the password is wrong: try again, or sign up'
      const account = await tries.check(ctx, name, wrong, (signal) => accounts.check(name, password, signal))
      return signIn(ctx, host, account)
    },

    'DELETE /api/session': async (ctx) => {
      const secret = ctx.cookies.get(sessionCookie(options.publicUrl))
      if (secret !== undefined) await accounts.signOut(secret)
      return signOut(ctx, host)
    },

    'POST /api/users': async (ctx) => {
      if (users.mode === 'single')
        throw new Problem(409, 'This host has a single user: set HOST_USERS=accounts to let others sign up')
      const { name, password } = bodyOf(ctx, Given)
      const fault = userNameFault(name) ?? passwordFault(password, name)
      if (fault !== undefined) throw new Problem(422, fault.replace(/\.$/, ''))
      const account = await tries.signUp(ctx, name, (signal) => accounts.add(name, password, signal))
      if (!account) throw new Problem(409, 'This name is taken: choose another one')
      return signIn(ctx, host, account)
    },
  }
}
