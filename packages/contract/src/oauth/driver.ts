import { createHash, randomBytes } from 'node:crypto'
import { CookieJar } from 'tough-cookie'
import type { Report } from '../finding.ts'
import { asObject, type Schema } from '../spec.ts'
import { fillIn, formsOf } from './forms.ts'
import type { OAuthClient, OAuthSettings, SignIn } from './settings.ts'

const longest = 15_000
const mostSteps = 20

/** The sign-in came to no end. The message says where. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

export interface Endpoints {
  authorize: string
  token: string
  revoke: string | undefined
  /** Where the server promises `iss` in its answer, RFC 9207. */
  issuer: string | undefined
  /** The media type of token requests, from the manifest. */
  contentType: string
  scope: string
  /** The server under test, whatever name it goes by in public. */
  toHere: (url: string) => string
}

export interface Granted {
  /** The parameters of the redirect to the client. */
  answer: URLSearchParams
  verifier: string
  state: string
}

export interface TokenAnswer {
  status: number
  headers: Headers
  json: Schema
}

/** Signs in as an assistant does, with the pages filled in as a person would. */
export class OAuthDriver {
  readonly #endpoints: Endpoints
  readonly #settings: OAuthSettings
  readonly #report: Report

  constructor(endpoints: Endpoints, settings: OAuthSettings, report: Report) {
    this.#endpoints = endpoints
    this.#settings = settings
    this.#report = report
  }

  /** @throws SignInFailed */
  async authorize(
    client: OAuthClient,
    signIn: SignIn | undefined,
    change: { scope?: string | undefined; redirectUri?: string } = {},
  ): Promise<Granted> {
    const verifier = randomBytes(32).toString('base64url')
    // Longer than one word, with signs that are lost where text is joined instead of encoded.
    const state = `${randomBytes(12).toString('base64url')} &=%2B/?`
    const { authorize, scope } = this.#endpoints
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: change.redirectUri ?? client.redirectUri,
      scope: change.scope ?? this.#settings.scope ?? scope,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...this.#settings.parameters,
    })
    const start = `${authorize}${authorize.includes('?') ? '&' : '?'}${query}`
    const answer = await this.#walk(start, change.redirectUri ?? client.redirectUri, signIn)
    return { answer, verifier, state }
  }

  /** Follows redirects and sends forms until the client's callback is named. */
  async #walk(start: string, callback: string, signIn: SignIn | undefined): Promise<URLSearchParams> {
    const jar = new CookieJar(undefined, { rejectPublicSuffixes: false, looseMode: true })
    let [url, form] = [start, undefined as URLSearchParams | undefined]
    const seen: string[] = []
    let isHere = true
    for (let step = 0; step < mostSteps; step++) {
      const answer = await this.#send(isHere ? this.#endpoints.toHere(url) : url, {
        method: form ? 'POST' : 'GET',
        ...(form && { body: form }),
        headers: { accept: 'text/html', cookie: await jar.getCookieString(url), origin: new URL(url).origin },
        redirect: 'manual',
      })
      for (const cookie of answer.headers.getSetCookie()) await jar.setCookie(cookie, url, { ignoreError: true })
      const location = answer.headers.get('location')
      if (location !== null && answer.status >= 300 && answer.status < 400) {
        const next = new URL(location, url)
        if (isAt(next, callback)) return next.searchParams
        // It insists on its public name.
        if (next.href === url) isHere = false
        ;[url, form] = [next.href, undefined]
        continue
      }
      const html = await answer.text()
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
        throw new SignInFailed(`the page ${page} comes again and again`)
      seen.push(key)
      const target = new URL(fitting.one.action || url, url)
      if (fitting.one.method === 'post') [url, form] = [target.href, fitting.filled]
      else [url, form] = [`${target.origin}${target.pathname}?${fitting.filled}`, undefined]
    }
    throw new SignInFailed(`there is no end after ${mostSteps} pages`)
  }

  /** A request to the token endpoint, with the client's secret in the body. */
  async token(client: OAuthClient, parameters: Record<string, string>): Promise<TokenAnswer> {
    const { token, contentType } = this.#endpoints
    const all = {
      ...parameters,
      client_id: client.clientId,
      ...(client.clientSecret !== undefined && { client_secret: client.clientSecret }),
    }
    const isJson = /json/i.test(contentType)
    const answer = await this.#send(token, {
      method: 'POST',
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: isJson ? JSON.stringify(all) : new URLSearchParams(all).toString(),
      redirect: 'manual',
    })
    return {
      status: answer.status,
      headers: answer.headers,
      json: asObject(await answer.json().catch(() => undefined)),
    }
  }

  exchange(
    client: OAuthClient,
    { answer, verifier }: Granted,
    change: Record<string, string> = {},
  ): Promise<TokenAnswer> {
    return this.token(client, {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
      ...change,
    })
  }

  refresh(client: OAuthClient, refreshToken: string): Promise<TokenAnswer> {
    return this.token(client, { grant_type: 'refresh_token', refresh_token: refreshToken })
  }

  async revoke(client: OAuthClient, token: string): Promise<number> {
    const { revoke = '' } = this.#endpoints
    const secret = client.clientSecret !== undefined && { client_secret: client.clientSecret }
    const body = new URLSearchParams({ token, client_id: client.clientId, ...secret })
    return (await this.#send(revoke, { method: 'POST', body, redirect: 'manual' })).status
  }

  async #send(url: string, init: RequestInit): Promise<Response> {
    this.#report.calls++
    return fetch(url, { ...init, signal: AbortSignal.timeout(longest) }).catch((error: Error) => {
      const { code = error.message } = (error.cause ?? error) as NodeJS.ErrnoException
      throw new SignInFailed(`${new URL(url).origin}${new URL(url).pathname} does not answer (${code})`)
    })
  }
}

const isAt = (url: URL, callback: string): boolean => {
  const { origin, pathname } = new URL(callback)
  return url.origin === origin && url.pathname === pathname
}
