import { longestSignIn } from '@reference-plugins/oauth-server/accounts'
import type { Context } from 'koa'

interface CookieOptions {
  name: string
  sameSite: 'Strict' | 'Lax'
  /** In seconds. */
  maxAge: number
}

/** A cookie of this host. On https its name has the prefix `__Host-`, so that no other site of the domain can set it. */
export class HostCookie {
  readonly #name: string
  readonly #isSecure: boolean
  readonly #options: CookieOptions

  constructor(publicUrl: string, options: CookieOptions) {
    this.#isSecure = publicUrl.startsWith('https:')
    this.#name = `${this.#isSecure ? '__Host-' : ''}${options.name}`
    this.#options = options
  }

  get(ctx: Context): string | undefined {
    return ctx.cookies.get(this.#name)
  }

  /** @param value null to remove the cookie */
  set(ctx: Context, value: string | null): void {
    const { sameSite, maxAge } = this.#options
    const parts = [`${this.#name}=${value ?? ''}`, 'Path=/', 'HttpOnly', `SameSite=${sameSite}`]
    parts.push(`Max-Age=${value === null ? 0 : maxAge}`)
    // Koa's ctx.cookies writes Expires, which depends on the browser's clock, and refuses Secure behind a TLS proxy.
    if (this.#isSecure) parts.push('Secure')
    ctx.append('Set-Cookie', parts.join('; '))
  }
}

/** Who is signed in. Other sites never send it: the page is public and makes its requests from its own origin. */
export const sessionCookie = (publicUrl: string): HostCookie =>
  // Cookies of localhost are shared by all ports: plugins use another name.
  new HostCookie(publicUrl, { name: 'host-session', sameSite: 'Strict', maxAge: longestSignIn })
