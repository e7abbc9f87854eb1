import { basePath } from '@reference-plugins/core'
import { longestSignIn } from '@reference-plugins/oauth-server/accounts'
import type { Context } from 'koa'

/**
 * On https with the prefix `__Host-`, so that no other site of the domain can set the cookie. Under a path the cookie is
 * for that path alone, which browsers allow only with the other prefix.
 */
export function cookieName(publicUrl: string, name: string): string {
  if (!publicUrl.startsWith('https:')) return name
  return `${basePath(publicUrl) === '' ? '__Host-' : '__Secure-'}${name}`
}

/** Who is signed in. All ports of localhost share their cookies, so plugins use another name. */
export const sessionCookie = (publicUrl: string): string => cookieName(publicUrl, 'host-session')

/** @param secret null to sign out */
export const setSessionCookie = (ctx: Context, publicUrl: string, secret: string | null): void =>
  // Other sites never send it: the page is public and makes its requests from its own origin.
  setCookie(ctx, publicUrl, sessionCookie(publicUrl), secret ?? '', 'Strict', secret === null ? 0 : longestSignIn)

/**
 * Koa's ctx.cookies writes Expires in place of Max-Age, which depends on the browser's clock, and refuses Secure behind
 * a proxy that speaks https.
 * @param maxAge in seconds
 */
export function setCookie(
  ctx: Context,
  publicUrl: string,
  name: string,
  value: string,
  sameSite: 'Strict' | 'Lax',
  maxAge: number,
): void {
  const path = basePath(publicUrl) || '/'
  const secure = publicUrl.startsWith('https:') ? '; Secure' : ''
  ctx.append('Set-Cookie', `${name}=${value}; Path=${path}; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAge}${secure}`)
}
