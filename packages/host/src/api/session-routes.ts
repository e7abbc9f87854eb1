import { addressKey, Problem } from '@reference-plugins/core'
import { nameKey, userNameFault } from '@reference-plugins/oauth-server/name'
import { passwordFault } from '@reference-plugins/oauth-server/password-choice'
import { SignInLimits } from '@reference-plugins/oauth-server/sign-in-limits'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { z } from 'zod'
import type { Host } from '../host.ts'
import type { User } from '../users/users.ts'
import type { Session } from '../wire.ts'
import { bodyOf } from './body.ts'
import { sessionCookie, setSessionCookie } from './cookies.ts'
import type { Context, Routes } from './routes.ts'

/** From one address. */
const signUpsAMinute = 10
/** For all names together from one address, so that nobody tries one password on many accounts. */
const failuresAMinute = 30
const Given = z.object({ name: z.string().max(256), password: z.string().max(256, 'at most 256 characters') })

export function sessionRoutes({ users, models, options }: Host): Routes {
  const { publicUrl } = options
  const tries = new SignInLimits()
  const signUps = new RateLimiterMemory({ points: signUpsAMinute, duration: 60 })
  const failures = new RateLimiterMemory({ points: failuresAMinute, duration: 60 })

  const countTry = async ({ ip }: Context, name: string) => {
    const failed = await failures.get(addressKey(ip))
    if (failed && failed.consumedPoints >= failuresAMinute) throw tooMany(Math.ceil(failed.msBeforeNext / 1000))
    const wait = await tries.count(ip, name)
    if (wait > 0) throw tooMany(wait)
  }

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
      const given = bodyOf(ctx, Given)
      if (nameKey(given.name) === '') throw new Problem(422, 'The name is empty: enter yours')
      await countTry(ctx, given.name)
      const account = await users.accounts.check(given.name, given.password)
      if (!account) {
        await failures.penalty(addressKey(ctx.ip))
        throw new Problem(403, 'The name or the password is wrong: try again, or sign up')
      }
      await tries.succeed(ctx.ip, given.name)
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
      const given = bodyOf(ctx, Given)
      const fault = userNameFault(given.name) ?? passwordFault(given.password, given.name)
      if (fault !== undefined) throw new Problem(422, fault.replace(/\.$/, ''))
      await signUps.consume(addressKey(ctx.ip)).catch(() => {
        throw tooMany(60)
      })
      const account = await users.accounts.add(given.name, given.password)
      if (!account) throw new Problem(409, 'This name is taken: choose another one')
      return signIn(ctx, account)
    },
  }
}

const tooMany = (seconds: number): Problem => {
  const wait = Math.max(1, seconds)
  return new Problem(429, `Too many attempts: wait ${wait} seconds`, { headers: { 'retry-after': String(wait) } })
}
