import { Problem } from '@reference-plugins/core'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { z } from 'zod'
import type { Host } from '../host.ts'
import type { User } from '../users/users.ts'
import type { Session } from '../wire.ts'
import { bodyOf } from './body.ts'
import { sessionCookie, setSessionCookie } from './cookies.ts'
import type { Context, Routes } from './routes.ts'

const triesAMinute = 10
const name = z.string().trim().min(1, 'at least one character').max(64, 'at most 64 characters')
const Known = z.object({ name, password: z.string().max(256) })
const New = Known.extend({ password: z.string().min(8, 'at least 8 characters').max(256, 'at most 256 characters') })

export function sessionRoutes({ users, models, options }: Host): Routes {
  const { publicUrl } = options
  const tries = new RateLimiterMemory({ points: triesAMinute, duration: 60 })

  const countTry = (key: string) =>
    tries.consume(key).catch(() => {
      throw new Problem(429, 'Too many attempts: wait one minute', { headers: { 'retry-after': '60' } })
    })

  const toSession = async (user: User | undefined): Promise<Session> => ({
    ...(user && { user: { id: user.id, name: user.name, isOwner: true } }),
    mode: users.mode,
    development: options.development,
    model: user ? await models.state(user.id) : { found: [], problems: [] },
  })

  const signIn = async (ctx: Context, user: User): Promise<Session> => {
    setSessionCookie(ctx, publicUrl, await users.accounts.signIn(user))
    return toSession(user)
  }

  return {
    'GET /api/session': (ctx) => toSession(ctx.state.user),

    'POST /api/session': async (ctx) => {
      const given = bodyOf(ctx, Known)
      await countTry(`${ctx.ip} ${given.name.toLowerCase()}`)
      const account = await users.accounts.check(given.name, given.password)
      if (!account) throw new Problem(403, 'The name or the password is wrong: try again, or sign up')
      return signIn(ctx, account)
    },

    'DELETE /api/session': async (ctx) => {
      const secret = ctx.cookies.get(sessionCookie(publicUrl))
      if (secret !== undefined) await users.accounts.signOut(secret)
      setSessionCookie(ctx, publicUrl, null)
      return toSession(undefined)
    },

    'POST /api/users': async (ctx) => {
      if (users.mode === 'single')
        throw new Problem(409, 'This host has a single user: set HOST_USERS=accounts to let others sign up')
      const given = bodyOf(ctx, New)
      await countTry(ctx.ip)
      const account = await users.accounts.add(given.name, given.password)
      if (!account) throw new Problem(409, 'This name is taken: choose another one')
      return signIn(ctx, account)
    },
  }
}
