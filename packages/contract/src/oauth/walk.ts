import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { CookieJar } from 'tough-cookie'
import { type Answer, exchange, type RequestOptions } from '../calls/exchange.ts'
import { asObject } from '../spec/spec.ts'
import { bestForm, type Form, formsOf, scriptedRedirect } from './forms.ts'
import type { SignIn } from './settings.ts'

const mostSteps = 20
const longestPause = 10

/** The sign-in failed. The message says where. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

/** A page on the way, or a redirect. */
export interface Page {
  url: string
  headers: IncomingHttpHeaders
  isForm: boolean
}

export interface WalkOptions {
  send?: (url: string, options: RequestOptions) => Promise<Answer>
  /** Replaces the public address by the one at which the server answers. */
  toHere?: (url: string) => string
  /** Presses the button that refuses the consent, instead of the one that gives it. */
  isRefused?: boolean
  /** The cookies of the browser. */
  jar?: CookieJar
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
  options: WalkOptions = {},
): Promise<URL> {
  return (await walk(start, [callback], signIn, options)).callback
}

/** Where a walk through the pages ends. */
export interface Walked {
  /** The callback that the server redirects to. */
  callback: URL
  pages: Page[]
  /** Whether a button that refuses was pressed. */
  hasRefused: boolean
}

interface Step {
  url: string
  form?: URLSearchParams | undefined
}

/** As `walkToCallback`, for any of several callbacks, with the pages on the way. */
export async function walk(
  start: string,
  callbacks: readonly string[],
  signIn: SignIn | undefined,
  { send: request = send, toHere = (url) => url, isRefused = false, jar = newJar() }: WalkOptions = {},
): Promise<Walked> {
  const pages: Page[] = []
  const seen: string[] = []
  let step: Step = { url: start }
  let referer: string | undefined
  let isHere = true
  let hasWaited = false
  let hasRefused = false
  for (let count = 0; count < mostSteps; count++) {
    const { url, form } = step
    const answer = await request(isHere ? toHere(url) : url, {
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'user-agent': 'Mozilla/5.0 (contract tester)',
        cookie: await jar.getCookieString(url),
        ...(referer && { referer }),
        ...(form && { origin: new URL(url).origin }),
      },
      ...(form && { method: 'POST', body: form }),
    })
    for (const cookie of answer.headers['set-cookie'] ?? []) await jar.setCookie(cookie, url, { ignoreError: true })
    if (answer.status === 429 && !hasWaited && Number(answer.headers['retry-after']) <= longestPause) {
      hasWaited = true
      await sleep(Number(answer.headers['retry-after']) * 1000 + 200)
      continue
    }
    const target = redirectOf(answer)
    if (target !== undefined) {
      pages.push({ url, headers: answer.headers, isForm: false })
      const next = new URL(target, url)
      if (isAt(next, callbacks)) return { callback: next, pages, hasRefused }
      // The server requires its public address.
      if (next.href === url) isHere = false
      step = { url: next.href, form: [307, 308].includes(answer.status) ? form : undefined }
      continue
    }
    const html = answer.text
    const page = `${answer.status} "${titleOf(html)}" at ${new URL(url).pathname}`
    const forms = formsOf(html)
    pages.push({ url, headers: answer.headers, isForm: forms.some(({ buttons }) => buttons.length > 0) })
    if (answer.status >= 400) throw new SignInFailed(`it ends with ${page}${faultIn(answer)}`)
    const sent = bestForm(forms, signIn, isRefused)
    if (!sent)
      throw new SignInFailed(`no form of the page ${page} can be filled in: ${reasonFor(forms, answer, signIn)}`)
    const { filled, action, method } = sent
    hasRefused ||= sent.isRefusal
    const end = new URL(action || url, url)
    // With response_mode=form_post, the last page sends the answer to the callback by itself.
    if (isAt(end, callbacks)) return { callback: new URL(`${end.origin}${end.pathname}?${filled}`), pages, hasRefused }
    const key = `${page} ${[...filled.keys()]}`
    if (seen.filter((one) => one === key).length >= 2)
      throw new SignInFailed(`the page ${page} is shown again and again${faultIn(answer)}`)
    seen.push(key)
    referer = url
    step = method === 'post' ? { url: end.href, form: filled } : { url: `${end.origin}${end.pathname}?${filled}` }
  }
  throw new SignInFailed(`it does not end after ${mostSteps} pages`)
}

export const newJar = (): CookieJar => new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true })

const titleOf = (html: string): string =>
  /<title[^>]*>([^<]*)/i.exec(html)?.[1]?.trim() ?? html.slice(0, 80).replaceAll(/\s+/g, ' ')

/** Where an answer leads without a person: by its status, by its page, or by the JSON that a script would follow. */
function redirectOf({ status, headers, json, text }: Answer): string | undefined {
  if (status >= 300 && status < 400 && headers.location !== undefined) return headers.location
  if (status >= 300) return undefined
  const refresh = /^\s*\d+\s*;\s*url=(.+)$/i.exec(String(headers.refresh ?? ''))?.[1]
  if (refresh !== undefined) return refresh
  if (json !== undefined)
    return Object.entries(asObject(json)).find(
      ([name, value]) =>
        /^(redirect|location|url|next|callback|return|continue|href)/i.test(name) &&
        typeof value === 'string' &&
        /^(\/|[a-z][a-z0-9+.-]*:)/i.test(value),
    )?.[1] as string | undefined
  return scriptedRedirect(text)
}

/** What a page says went wrong, such as a wrong password. */
function faultIn({ text, json }: Answer): string {
  const { error, error_description, message, detail } = asObject(json)
  const said = [error_description, message, detail, error].find((one) => typeof one === 'string')
  const marked = /<[^>]+(?:role="alert"|class="[^"]*(?:error|alert|danger)[^"]*")[^>]*>\s*([^<]{3,200})/i.exec(
    text,
  )?.[1]
  const fault = said ?? marked?.trim()
  return fault ? `: ${String(fault).slice(0, 200)}` : ''
}

function reasonFor(forms: readonly Form[], { json, text }: Answer, signIn: SignIn | undefined): string {
  if (json !== undefined) return 'it is JSON, so give parameters that sign in a test user without pages'
  if (forms.length === 0) return /<script/i.test(text) ? 'it has no form without JavaScript' : 'it has no form'
  if (!signIn) return 'no signIn was given'
  const names = forms.flatMap(({ fields }) => fields.map(({ name }) => name)).slice(0, 10)
  return `its fields are ${names.join(', ') || 'none'}`
}

/** @throws SignInFailed where there is no answer in 12 seconds */
export const send = (url: string, options: RequestOptions): Promise<Answer> =>
  exchange(url, options).catch((error: Error) => {
    throw new SignInFailed(`${new URL(url).origin}${new URL(url).pathname} does not answer (${error.message})`)
  })

const isAt = (url: URL, callbacks: readonly string[]): boolean =>
  callbacks.some((one) => {
    if (!URL.canParse(one)) return false
    const { protocol, host, pathname } = new URL(one)
    return url.protocol === protocol && url.host === host && url.pathname === pathname
  })
