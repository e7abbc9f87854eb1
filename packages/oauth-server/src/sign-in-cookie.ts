import type { Context } from 'koa'
import { type Accounts, longestSignIn } from './accounts.ts'

/** The name of the sign-in cookie; on https no other site of the domain can set it. */
export const signInCookie = (secure: boolean): string => `${secure ? '__Host-' : ''}sign-in`

/**
 * Sets the cookie, or deletes it where `secret` is null. Not with `ctx.cookies`: it writes Expires instead of Max-Age, so
 * that a browser with a wrong clock would drop the cookie, and it sends no Secure where a proxy speaks https and we http.
 */
export function setSignInCookie(ctx: Context, secure: boolean, secret: string | null): void {
  const parts = [`${signInCookie(secure)}=${secret ?? ''}`, 'Path=/', 'HttpOnly', 'SameSite=Lax']
  parts.push(`Max-Age=${secret === null ? 0 : longestSignIn}`)
  if (secure) parts.push('Secure')
  ctx.append('Set-Cookie', parts.join('; '))
}

/** The account that is signed in in this browser. */
export async function signedIn({ cookies }: Pick<Context, 'cookies'>, secure: boolean, accounts: Accounts) {
  const secret = cookies.get(signInCookie(secure), { signed: false })
  return secret === undefined ? undefined : accounts.signedIn(secret)
}
