import { createHash, randomBytes } from 'node:crypto'
import type { Database } from '@reference-plugins/store'
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { later, now } from '../tables.ts'
import type { OAuthServer } from './oauth-server.ts'

const longestSignIn = 600

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

export interface SignInAttempt {
  user: string
  verifier: string
  state: string
}

export const callbackPath = (plugin: string): string => `/aip/${plugin}/oauth/callback`

/**
 * Sign-ins that have begun. Each ends once, within ten minutes, in the browser and with the plugin that it was begun
 * for: so nobody can slip their own code, or one of another server, to a user.
 */
export class SignIns {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Answers where to send the browser.
   * @param browser a secret that only this browser has
   */
  async begin(
    user: string,
    browser: string,
    plugin: RegisteredPlugin & { oauth: OAuthServer; clientId: string },
    callbackUrl: string,
  ): Promise<string> {
    const state = randomBytes(32).toString('base64url')
    const verifier = generateRandomCodeVerifier()
    await this.#database.transaction(async (transaction) => {
      await transaction.run`DELETE FROM sign_in WHERE expires_at < ${now()}`
      await transaction.run`
        INSERT INTO sign_in (state, user_id, browser, plugin, verifier, expires_at)
        VALUES (${digest(state)}, ${user}, ${digest(browser)}, ${plugin.id}, ${verifier}, ${later(longestSignIn)})`
    })
    const url = new URL(plugin.oauth.authorizationUrl)
    url.searchParams.set('response_type', 'code')
    url.searchParams.set('client_id', plugin.clientId)
    url.searchParams.set('redirect_uri', callbackUrl)
    if (plugin.oauth.scope) url.searchParams.set('scope', plugin.oauth.scope)
    url.searchParams.set('state', state)
    url.searchParams.set('code_challenge', await calculatePKCECodeChallenge(verifier))
    url.searchParams.set('code_challenge_method', 'S256')
    if (plugin.oauth.resource) url.searchParams.set('resource', plugin.oauth.resource)
    return url.href
  }

  /** Ends what was begun with this state. Answers undefined where nothing was, here and for this plugin. */
  async end(state: string, browser: string, plugin: string): Promise<SignInAttempt | undefined> {
    const found = await this.#database.transaction(async (transaction) => {
      const row = await transaction.get<{ user_id: string; verifier: string }>`
        SELECT user_id, verifier FROM sign_in
        WHERE state = ${digest(state)} AND browser = ${digest(browser)} AND plugin = ${plugin} AND expires_at > ${now()}`
      if (row) await transaction.run`DELETE FROM sign_in WHERE state = ${digest(state)}`
      return row
    })
    return found && { user: found.user_id, verifier: found.verifier, state }
  }
}
