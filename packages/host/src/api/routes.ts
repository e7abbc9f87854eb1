import type Router from '@koa/router'
import type { RouterContext } from '@koa/router'
import { Problem } from '@reference-plugins/core'
import type { EventSource } from '../conversation/event-stream.ts'
import type { UserLimits } from '../users/user-limits.ts'
import type { User } from '../users/users.ts'
import { answerEvents } from './events.ts'

export interface State {
  user: User | undefined
}

export type Context = RouterContext<State>

/**
 * By method and path, such as `GET /api/plugins/:id`. What a route returns is the answer: JSON, or the events of an
 * EventSource. A route that returns nothing has set `ctx.body`, or answers 204.
 */
export type Routes = Record<string, (ctx: Context) => unknown>

/** Routes that answer 401 unless a user is signed in, and 429 if the user asks too much. They get the user's ID. */
export type UserRoutes = Record<string, (user: string, ctx: Context) => unknown>

export function addRoutes(router: Router<State>, routes: Routes): void {
  for (const [key, route] of Object.entries(routes)) {
    const [method = '', path = ''] = key.split(' ')
    router.register(path, [method], async (ctx) => respond(ctx, await route(ctx)))
  }
}

export function addUserRoutes(router: Router<State>, routes: UserRoutes, limits: UserLimits): void {
  for (const [key, route] of Object.entries(routes))
    addRoutes(router, {
      [key]: async (ctx) => {
        const user = userOf(ctx)
        const end = await limits.begin(user, 'requests')
        if (ctx.res.destroyed) end()
        else ctx.res.once('close', end)
        return route(user, ctx)
      },
    })
}

/** A parameter of the path. */
export const part = (ctx: Context, name: string): string => ctx.params[name] ?? ''

function userOf(ctx: Context): string {
  if (!ctx.state.user) throw new Problem(401, 'Sign in first: POST /api/session with name and password')
  return ctx.state.user.id
}

function respond(ctx: Context, answer: unknown): void {
  if (isEventSource(answer)) answerEvents(ctx, answer)
  else if (answer !== undefined) ctx.body = answer
  else if (ctx.body === undefined) ctx.status = 204
}

const isEventSource = (answer: unknown): answer is EventSource<unknown> =>
  typeof (answer as Partial<EventSource<unknown>> | undefined)?.listen === 'function'
