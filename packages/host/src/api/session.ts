import type { Host } from '../host.ts'
import type { User } from '../users/users.ts'
import type { Session } from '../wire.ts'
import { setSessionCookie } from './cookies.ts'
import type { Context } from './routes.ts'

export const toSession = async ({ users, models, options }: Host, user: User | undefined): Promise<Session> => ({
  ...(user && { user: { id: user.id, name: user.name, isOwner: true } }),
  mode: users.mode,
  development: options.development,
  model: user ? await models.state(user.id) : { found: [], problems: [] },
})

/** Signs the user in in this browser. */
export async function signIn(ctx: Context, host: Host, user: User): Promise<Session> {
  setSessionCookie(ctx, host.options.publicUrl, await host.users.accounts.signIn(user))
  return toSession(host, user)
}

/** The browser forgets who was signed in. */
export function signOut(ctx: Context, host: Host): Promise<Session> {
  setSessionCookie(ctx, host.options.publicUrl, null)
  return toSession(host, undefined)
}
