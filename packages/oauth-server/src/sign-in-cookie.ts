import type { Context } from 'koa'
import { longestSignIn } from './accounts.ts'

/** The name of the cookie that says who is signed in; on https no other site of the domain can set it. */
export const signInCookie = (secure: boolean): string => `${secure ? '__Host-' : ''}sign-in`

export function setSignInCookie(ctx: Context, secure: boolean, secret: string | null): void {
  const parts = [`${signInCookie(secure)}=${secret ?? ''}`, 'Path=/', 'HttpOnly', 'SameSite=Lax']
  parts.push(`Max-Age=${secret === null ? 0 : longestSignIn}`)
  // Koa's own way looks at the connection, which is plain http behind a proxy that speaks https.
  if (secure) parts.push('Secure')
  ctx.append('Set-Cookie', parts.join('; '))
}
