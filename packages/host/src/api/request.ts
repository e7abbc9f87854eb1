import type { RouterContext } from '@koa/router'
import type { Host } from '../host.ts'
import type { Presentation } from '../plugins/presentation.ts'
import type { User } from '../users/users.ts'

export interface State {
  user: User | undefined
}

/** What the routes need. */
export interface Api {
  host: Host
  presentation: Presentation
  /** @throws Problem 401 */
  userOf(ctx: Context): string
}

export type Context = RouterContext<State>

/** A part of the path. */
export const part = (ctx: Context, name: string): string => ctx.params[name] ?? ''
