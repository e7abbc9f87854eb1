import { CookieJar } from 'tough-cookie'
import { type Answer, exchange, type RequestOptions } from '../exchange.ts'
import { fillIn, formsOf } from './forms.ts'
import type { SignIn } from './settings.ts'

const mostSteps = 20

/** The sign-in failed. The message says where. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

export interface WalkOptions {
  send?: (url: string, options: RequestOptions) => Promise<Answer>
  /** Replaces the public address by the one at which the server answers. */
  toHere?: (url: string) => string
}

/**
 * Signs in as a person with a browser without JavaScript does: follows redirects, and fills in and sends forms.
 * @param start the authorization request
 * @returns the redirect to the client's callback, which is not called
 * @throws SignInFailed
 */
export async function walkToCallback(
  start: string,
  callback: string,
  signIn: SignIn | undefined,
  { send: request = send, toHere = (url) => url }: WalkOptions = {},
): Promise<URL> {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true })
  let [url, form] = [start, undefined as URLSearchParams | undefined]
  const seen: string[] = []
  let isHere = true
  for (let step = 0; step < mostSteps; step++) {
    const answer = await request(isHere ? toHere(url) : url, {
      headers: { accept: 'text/html', cookie: await jar.getCookieString(url), origin: new URL(url).origin },
      ...(form && { method: 'POST', body: form }),
    })
    for (const cookie of answer.headers['set-cookie'] ?? []) await jar.setCookie(cookie, url, { ignoreError: true })
    const { location } = answer.headers
    if (location !== undefined && answer.status >= 300 && answer.status < 400) {
      const next = new URL(location, url)
      if (isAt(next, callback)) return next
      // The server requires its public address.
      if (next.href === url) isHere = false
      ;[url, form] = [next.href, undefined]
      continue
    }
    const html = answer.text
    const title = /<title[^>]*>([^<]*)/i.exec(html)?.[1]?.trim() ?? html.slice(0, 80)
    const page = `${answer.status} "${title}" at ${new URL(url).pathname}`
    if (answer.status >= 400) throw new SignInFailed(`it ends with ${page}`)
    const fitting = formsOf(html).flatMap((one) => {
      const filled = fillIn(one, signIn)
      return filled ? [{ one, filled }] : []
    })[0]
    if (!fitting) throw new SignInFailed(`no form of the page ${page} can be filled in`)
    const key = `${page} ${[...fitting.filled.keys()]}`
    if (seen.filter((one) => one === key).length >= 2)
      throw new SignInFailed(`the page ${page} is shown again and again`)
    seen.push(key)
    const target = new URL(fitting.one.action || url, url)
    if (fitting.one.method === 'post') [url, form] = [target.href, fitting.filled]
    else [url, form] = [`${target.origin}${target.pathname}?${fitting.filled}`, undefined]
  }
  throw new SignInFailed(`it does not end after ${mostSteps} pages`)
}

/** @throws SignInFailed where there is no answer in 12 seconds */
export const send = (url: string, options: RequestOptions): Promise<Answer> =>
  exchange(url, options).catch((error: Error) => {
    throw new SignInFailed(`${new URL(url).origin}${new URL(url).pathname} does not answer (${error.message})`)
  })

const isAt = (url: URL, callback: string): boolean => {
  const { origin, pathname } = new URL(callback)
  return url.origin === origin && url.pathname === pathname
}
