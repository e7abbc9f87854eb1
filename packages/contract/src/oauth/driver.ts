import { createHash, randomBytes } from 'node:crypto'
import type { CookieJar } from 'tough-cookie'
import type { Answer, RequestOptions } from '../calls/exchange.ts'
import type { Report } from '../rules/finding.ts'
import { asObject, type Schema } from '../spec/spec.ts'
import type { OAuthClient, OAuthSettings, SignIn } from './settings.ts'
import { newJar, SignInFailed, send, type Walked, walk } from './walk.ts'

export interface Endpoints {
  authorize: string
  token: string
  revoke: string | undefined
  /** Set where the server announces `iss` in its answer, RFC 9207. */
  issuer: string | undefined
  /** The media type of token requests, from the manifest. */
  contentType: string
  scope: string
  /** The authorization server metadata, RFC 8414. Empty where there is none. */
  metadata: Schema
  /** Replaces the public address by the address under test. */
  toHere: (url: string) => string
}

export interface Granted extends Walked {
  /** The parameters of the redirect to the client. */
  answer: URLSearchParams
  /** Those after `#`. */
  fragment: URLSearchParams
  verifier: string
  state: string
}

export interface TokenAnswer extends Answer {
  json: Schema
}

/** What differs from an ordinary authorization request. */
export interface AuthorizeChange {
  scope?: string | undefined
  redirectUri?: string
  /** Undefined leaves a parameter out. */
  parameters?: Record<string, string | undefined>
  /** Parameters that are sent a second time. */
  repeated?: [name: string, value: string][]
  /** Presses the button that refuses. */
  isRefused?: boolean
}

/** How a token request is sent, where it is not sent as the manifest says. */
export interface TokenSending {
  method?: 'GET' | 'POST'
  contentType?: string
  /** Sends the client's credentials in the Authorization header. */
  isBasic?: boolean
}

export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')

/** Signs in as an assistant does, and fills in the pages as a person would. */
export class OAuthDriver {
  readonly #endpoints: Endpoints
  readonly #settings: OAuthSettings
  readonly #report: Report
  /** The browser of each user, which stays signed in. */
  readonly #jars = new Map<string, CookieJar>()
  contentType: string

  constructor(endpoints: Endpoints, settings: OAuthSettings, report: Report) {
    this.#endpoints = endpoints
    this.#settings = settings
    this.#report = report
    this.contentType = endpoints.contentType
  }

  /** @throws SignInFailed */
  async authorize(client: OAuthClient, signIn: SignIn | undefined, change: AuthorizeChange = {}): Promise<Granted> {
    const verifier = randomBytes(32).toString('base64url')
    // Contains characters that get lost where a server concatenates text instead of encoding it.
    const state = `${randomBytes(12).toString('base64url')} &=%2B+/?#"<'`
    const { authorize, scope } = this.#endpoints
    const redirectUri = change.redirectUri ?? client.redirectUri
    const parameters: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: client.clientId,
      redirect_uri: redirectUri,
      scope: change.scope ?? this.#settings.scope ?? scope,
      state,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      ...this.#settings.parameters,
      ...change.parameters,
    }
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, value)
    for (const [name, value] of change.repeated ?? []) query.append(name, value)
    const start = `${authorize}${authorize.includes('?') ? '&' : '?'}${query}`
    const callbacks = [redirectUri, client.redirectUri, ...(change.repeated ?? []).map(([, value]) => value)]
    const walked = await this.#walk(start, callbacks, signIn, change)
    const { searchParams: answer, hash } = walked.callback
    return { ...walked, answer, fragment: new URLSearchParams(hash.slice(1)), verifier, state }
  }

  /** Walks in the browser of the user, or in a new one where the old one leads nowhere. */
  async #walk(
    start: string,
    callbacks: readonly string[],
    signIn: SignIn | undefined,
    change: AuthorizeChange,
  ): Promise<Walked> {
    const user = signIn?.username ?? ''
    const old = this.#jars.get(user)
    const options = {
      send: (url: string, options: RequestOptions) => this.#send(url, options),
      toHere: this.#endpoints.toHere,
      isRefused: change.isRefused ?? false,
    }
    try {
      const jar = old ?? newJar()
      const walked = await walk(start, callbacks, signIn, { ...options, jar })
      this.#jars.set(user, jar)
      return walked
    } catch (error) {
      if (!old || !(error instanceof SignInFailed) || Object.keys(change).length > 0) throw error
      this.#jars.delete(user)
      return walk(start, callbacks, signIn, options)
    }
  }

  /** A request to the token endpoint, with the client's secret in the body. */
  async token(
    client: OAuthClient,
    parameters: Record<string, string>,
    sending: TokenSending = {},
  ): Promise<TokenAnswer> {
    const { token } = this.#endpoints
    const { method = 'POST', contentType = this.contentType, isBasic = false } = sending
    const { clientId, clientSecret } = client
    const inBody = !isBasic && {
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
    }
    const all = { ...parameters, ...inBody }
    const pair = [clientId, clientSecret ?? ''].map((one) => encodeURIComponent(one)).join(':')
    const headers = {
      accept: 'application/json',
      ...(isBasic && { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
    }
    const isJson = /json/i.test(contentType)
    const query = new URLSearchParams(all)
    const answer =
      method === 'GET'
        ? await this.#send(`${token}${token.includes('?') ? '&' : '?'}${query}`, { headers })
        : await this.#send(token, {
            method,
            headers: { ...headers, ...(isJson && { 'content-type': 'application/json' }) },
            body: isJson ? JSON.stringify(all) : query,
          })
    return { ...answer, json: asObject(answer.json) }
  }

  exchange(
    client: OAuthClient,
    { answer, verifier }: Granted,
    change: Record<string, string | undefined> = {},
    sending: TokenSending = {},
  ): Promise<TokenAnswer> {
    const parameters = {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: client.redirectUri,
      code_verifier: verifier,
      ...change,
    }
    return this.token(client, withoutUndefined(parameters), sending)
  }

  refresh(
    client: OAuthClient,
    refreshToken: string,
    change: Record<string, string> = {},
    sending: TokenSending = {},
  ): Promise<TokenAnswer> {
    return this.token(client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...change }, sending)
  }

  async revoke(client: OAuthClient, token: string): Promise<number> {
    const { revoke = '' } = this.#endpoints
    const secret = client.clientSecret !== undefined && { client_secret: client.clientSecret }
    const body = new URLSearchParams({ token, client_id: client.clientId, ...secret })
    return (await this.#send(revoke, { method: 'POST', body })).status
  }

  #send(url: string, options: RequestOptions): Promise<Answer> {
    this.#report.calls++
    return send(url, options)
  }
}

const withoutUndefined = (parameters: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined))
