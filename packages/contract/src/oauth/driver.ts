import { createHash, randomBytes } from 'node:crypto'
import type { Answer, RequestOptions } from '../exchange.ts'
import type { Report } from '../finding.ts'
import { asObject, type Schema } from '../spec.ts'
import type { OAuthClient, OAuthSettings, SignIn } from './settings.ts'
import { send, walkToCallback } from './walk.ts'

export interface Endpoints {
  authorize: string
  token: string
  revoke: string | undefined
  /** Set where the server announces `iss` in its answer, RFC 9207. */
  issuer: string | undefined
  /** The media type of token requests, from the manifest. */
  contentType: string
  scope: string
  /** Replaces the public address by the address under test. */
  toHere: (url: string) => string
}

export interface Granted {
  /** The parameters of the redirect to the client. */
  answer: URLSearchParams
  verifier: string
  state: string
}

export interface TokenAnswer extends Answer {
  json: Schema
}

/** Signs in as an assistant does, and fills in the pages as a person would. */
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
    // Contains characters that get lost where a server concatenates text instead of encoding it.
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
    const callback = await walkToCallback(start, change.redirectUri ?? client.redirectUri, signIn, {
      send: (url, options) => this.#send(url, options),
      toHere: this.#endpoints.toHere,
    })
    return { answer: callback.searchParams, verifier, state }
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
      headers: { accept: 'application/json', ...(isJson && { 'content-type': 'application/json' }) },
      body: isJson ? JSON.stringify(all) : new URLSearchParams(all),
    })
    return { ...answer, json: asObject(answer.json) }
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
    return (await this.#send(revoke, { method: 'POST', body })).status
  }

  #send(url: string, options: RequestOptions): Promise<Answer> {
    this.#report.calls++
    return send(url, options)
  }
}
