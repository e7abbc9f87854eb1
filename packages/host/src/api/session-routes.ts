import type Router from '@koa/router'
import { Problem } from '@reference-plugins/core'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { z } from 'zod'
import { sessionCookie, setSessionCookie } from '../users/session-cookie.ts'
import type { Session } from '../wire.ts'
import { bodyOf } from './body.ts'
import type { Api, Context, State } from './request.ts'

const triesAMinute = 10
const name = z.string().trim().min(1, 'at least one character').max(64, 'at most 64 characters')
const Known = z.object({ name, password: z.string().max(256) })
const New = z.object({
  name,
  password: z.string().min(8, 'at least 8 characters').max(256, 'at most 256 characters'),
})

export function sessionRoutes(router: Router<State>, { host }: Api): void {
  const { users, models, options } = host
  const tries = new RateLimiterMemory({ points: triesAMinute, duration: 60 })

  const toSession = async (ctx: Context): Promise<Session> => {
    const { user } = ctx.state
    return {
      ...(user && { user: { id: user.id, name: user.name, isOwner: true } }),
      mode: users.mode,
      development: options.development,
      model: user ? await models.state(user.id) : { found: [], problems: [] },
    }
  }

  router.get('/api/session', async (ctx) => {
    ctx.body = await toSession(ctx)
  })

  router.post('/api/session', async (ctx) => {
    const given = bodyOf(ctx, Known)
    await tries.consume(`${ctx.ip} ${given.name.toLowerCase()}`).catch(() => {
      throw new Problem(429, 'Too many tries: wait a minute', { headers: { 'retry-after': '60' } })
    })
    const account = await users.accounts.check(given.name, given.password)
    if (!account) throw new Problem(403, 'Name and password do not fit: try again, or sign up')
    setSessionCookie(ctx, options.publicUrl, await users.accounts.signIn(account))
    ctx.state.user = account
    ctx.body = await toSession(ctx)
  })

  router.delete('/api/session', async (ctx) => {
    const cookie = ctx.cookies.get(sessionCookie(options.publicUrl))
    if (cookie !== undefined) await users.accounts.signOut(cookie)
    setSessionCookie(ctx, options.publicUrl, null)
    ctx.state.user = undefined
    ctx.body = await toSession(ctx)
  })

  router.post('/api/users', async (ctx) => {
    if (users.mode === 'single')
      throw new Problem(409, 'This host is for one user: set HOST_USERS=accounts to let others in')
    const given = bodyOf(ctx, New)
    await tries.consume(ctx.ip).catch(() => {
      throw new Problem(429, 'Too many tries: wait a minute', { headers: { 'retry-after': '60' } })
    })
    const account = await users.accounts.add(given.name, given.password)
    if (!account) throw new Problem(409, 'Somebody has this name already: choose another one')
    setSessionCookie(ctx, options.publicUrl, await users.accounts.signIn(account))
    ctx.state.user = account
    ctx.body = await toSession(ctx)
  })
}
