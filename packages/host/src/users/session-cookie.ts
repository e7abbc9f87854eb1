import { longestSignIn } from '@reference-plugins/oauth-server/accounts'
import type { Context } from 'koa'

/**
 * The name of the cookie that says who is signed in. Cookies of localhost are the same for every port, so it is another
 * one than that of the plugins.
 */
export const sessionCookie = (publicUrl: string): string =>
  publicUrl.startsWith('https:') ? '__Host-host-session' : 'host-session'

/** @param secret null to sign out */
export function setSessionCookie(ctx: Context, publicUrl: string, secret: string | null): void {
  // No other site ever sends it: the page itself is open to all, and asks from its own origin.
  const parts = [`${sessionCookie(publicUrl)}=${secret ?? ''}`, 'Path=/', 'HttpOnly', 'SameSite=Strict']
  parts.push(`Max-Age=${secret === null ? 0 : longestSignIn}`)
  // Koa's own way looks at the connection, which is plain http behind a proxy that speaks https.
  if (publicUrl.startsWith('https:')) parts.push('Secure')
  ctx.append('Set-Cookie', parts.join('; '))
}
