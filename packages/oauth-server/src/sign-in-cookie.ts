import { basePath } from '@reference-plugins/core'
import type { Context } from 'koa'
import { type Accounts, longestSignIn } from './accounts.ts'

/**
 * The name of the sign-in cookie; on https no other site of the domain can set it. Under a path the cookie is for that path
 * alone, so that plugins of one domain keep their users apart, and browsers allow a path only with the other prefix.
 */
export function signInCookie(publicUrl: string): string {
  if (!publicUrl.startsWith('https:')) return 'sign-in'
  return basePath(publicUrl) === '' ? '__Host-sign-in' : '__Secure-sign-in'
}

/**
 * Sets the cookie, or deletes it where `secret` is null. Not with `ctx.cookies`: it writes Expires instead of Max-Age, so
 * that a browser with a wrong clock would drop the cookie, and it sends no Secure where a proxy speaks https and we http.
 */
export function setSignInCookie(ctx: Context, publicUrl: string, secret: string | null): void {
  const parts = [
    `${signInCookie(publicUrl)}=${secret ?? ''}`,
    `Path=${basePath(publicUrl) || '/'}`,
    'HttpOnly',
    'SameSite=Lax',
  ]
  parts.push(`Max-Age=${secret === null ? 0 : longestSignIn}`)
  if (publicUrl.startsWith('https:')) parts.push('Secure')
  ctx.append('Set-Cookie', parts.join('; '))
}

/** The account that is signed in in this browser. */
export async function signedIn({ cookies }: Pick<Context, 'cookies'>, publicUrl: string, accounts: Accounts) {
  const secret = cookies.get(signInCookie(publicUrl), { signed: false })
  return secret === undefined ? undefined : accounts.signedIn(secret)
}
