import { createHash, randomBytes } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { later, now } from '../tables.ts'
import type { OAuthTokens } from './oauth-tokens.ts'
import { redeem } from './token-endpoint.ts'

/** In seconds. */
const longestSignIn = 600

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

export interface SignInAttempt {
  user: string
  verifier: string
  state: string
}

export const callbackPath = (plugin: string): string => `/aip/${plugin}/oauth/callback`

/**
 * Sign-ins in progress. Each ends once, within ten minutes, in the browser and with the plugin that it was started for:
 * nobody can give a user a code of their own, or of another server.
 */
export class SignIns {
  readonly #database: Database
  readonly #tokens: OAuthTokens
  readonly #publicUrl: string

  constructor(database: Database, tokens: OAuthTokens, publicUrl: string) {
    this.#database = database
    this.#tokens = tokens
    this.#publicUrl = publicUrl
  }

  callbackUrl(plugin: string): string {
    return `${this.#publicUrl}${callbackPath(plugin)}`
  }

  /**
   * Answers where to send the browser.
   * @param browser a secret that only this browser has
   * @throws Problem 409
   */
  async begin(user: string, browser: string, { id, oauth, clientId }: RegisteredPlugin): Promise<string> {
    if (!oauth) throw new Problem(409, 'The plugin does not use OAuth')
    if (clientId === undefined)
      throw new Problem(409, 'The plugin has no client ID: its owner enters one on its page, or with --client-id')
    const state = randomBytes(32).toString('base64url')
    const verifier = generateRandomCodeVerifier()
    await this.#database.transaction(async (transaction) => {
      await transaction.run`DELETE FROM sign_in WHERE expires_at < ${now()}`
      await transaction.run`
        INSERT INTO sign_in (state, user_id, browser, plugin, verifier, expires_at)
        VALUES (${digest(state)}, ${user}, ${digest(browser)}, ${id}, ${verifier}, ${later(longestSignIn)})`
    })
    const url = new URL(oauth.authorizationUrl)
    url.searchParams.set('response_type', 'code')
    url.searchParams.set('client_id', clientId)
    url.searchParams.set('redirect_uri', this.callbackUrl(id))
    if (oauth.scope) url.searchParams.set('scope', oauth.scope)
    url.searchParams.set('state', state)
    url.searchParams.set('code_challenge', await calculatePKCECodeChallenge(verifier))
    url.searchParams.set('code_challenge_method', 'S256')
    if (oauth.resource) url.searchParams.set('resource', oauth.resource)
    return url.href
  }

  /**
   * Ends a sign-in; undefined if none was started with this state, in this browser and for this plugin.
   * @param answer the URL that the browser came back with
   */
  async end(answer: URL, browser: string, plugin: string): Promise<SignInAttempt | undefined> {
    const state = answer.searchParams.get('state') ?? ''
    const found = await this.#database.transaction(async (transaction) => {
      const row = await transaction.get<{ user_id: string; verifier: string }>`
        SELECT user_id, verifier FROM sign_in
        WHERE state = ${digest(state)} AND browser = ${digest(browser)} AND plugin = ${plugin} AND expires_at > ${now()}`
      if (row) await transaction.run`DELETE FROM sign_in WHERE state = ${digest(state)}`
      return row
    })
    return found && { user: found.user_id, verifier: found.verifier, state }
  }

  /** Gets the tokens for a sign-in that has ended. @throws TokenRefused; NotActivated */
  async redeem({ user, ...attempt }: SignInAttempt, answer: URL, plugin: RegisteredPlugin): Promise<void> {
    const client = await this.#tokens.client(plugin)
    const tokens = await redeem(client, answer, { ...attempt, callbackUrl: this.callbackUrl(plugin.id) })
    await this.#tokens.put(user, plugin, tokens)
  }
}
