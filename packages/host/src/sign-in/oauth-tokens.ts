import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetch } from '@reference-plugins/guarded-fetch'
import { type Database, withLease } from '@reference-plugins/store'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Vault } from '../vault/vault.ts'
import type { Activations } from './activations.ts'
import { NotActivated, notActivated } from './not-activated.ts'
import { secretPlace } from './secret-place.ts'
import { refresh, revoke, type TokenClient, type Tokens } from './token-endpoint.ts'
import { TokenRefused } from './token-refused.ts'

/** How long before it expires a token is renewed, in milliseconds. */
const renewalMargin = 60_000
/** In seconds. A renewal is over sooner. */
const longestRenewal = 30
/** How often another process is asked whether it has renewed a token, in milliseconds. */
const lookEvery = 100

/** Each user's OAuth tokens: kept in the vault, and renewed before they expire. */
export class OAuthTokens {
  readonly #database: Database
  readonly #vault: Vault
  readonly #activations: Activations
  readonly #fetch: Fetch
  readonly #renewals = new Map<string, Promise<Tokens>>()

  constructor(database: Database, vault: Vault, activations: Activations, fetch: Fetch) {
    this.#database = database
    this.#vault = vault
    this.#activations = activations
    this.#fetch = fetch
  }

  /** Activates the plugin for the user. */
  async put(user: string, plugin: RegisteredPlugin, tokens: Tokens): Promise<void> {
    await this.#vault.put(secretPlace(user, plugin, 'oauth-tokens'), JSON.stringify(tokens))
    await this.#activations.set(user, plugin, 'active')
  }

  /**
   * @param isRefused whether the API has answered 401 to the last token
   * @throws NotActivated
   */
  async accessToken(user: string, plugin: RegisteredPlugin, isRefused: boolean): Promise<string> {
    const tokens = await this.#get(user, plugin)
    if (!tokens) throw notActivated(plugin)
    if (!isRefused && !expiresWithin(tokens, renewalMargin)) return tokens.accessToken
    if (tokens.refreshToken === undefined) {
      if (!isRefused && !expiresWithin(tokens, 0)) return tokens.accessToken
      throw await this.#end(user, plugin)
    }
    const key = `${user} ${plugin.id}`
    const renewal =
      this.#renewals.get(key) ??
      this.#renewAlone(user, plugin, tokens.refreshToken).finally(() => this.#renewals.delete(key))
    this.#renewals.set(key, renewal)
    return (await renewal).accessToken
  }

  /** Revokes the tokens at the authorization server, if it supports that, and deletes them. */
  async remove(user: string, plugin: RegisteredPlugin): Promise<void> {
    if (plugin.clientId !== undefined && plugin.oauth) {
      const tokens = await this.#get(user, plugin).catch(() => undefined)
      if (tokens) await revoke(await this.client(plugin), tokens)
    }
    await this.#vault.delete(secretPlace(user, plugin, 'oauth-tokens'))
  }

  /** How the host calls the token endpoint. @throws NotActivated */
  async client(plugin: RegisteredPlugin): Promise<TokenClient> {
    const { oauth: server, clientId } = plugin
    if (!server || clientId === undefined)
      throw new NotActivated(`${plugin.document.title} has no client ID: its owner enters one on its page`)
    const clientSecret = await this.#vault.get(secretPlace('', plugin, 'client-secret'))
    return { server, clientId, clientSecret, fetch: this.#fetch }
  }

  async #get(user: string, plugin: RegisteredPlugin): Promise<Tokens | undefined> {
    const text = await this.#vault.get(secretPlace(user, plugin, 'oauth-tokens'))
    return text === undefined ? undefined : (JSON.parse(text) as Tokens)
  }

  /** Renews while no other process does: a refresh token that is used twice ends the whole sign-in. */
  async #renewAlone(user: string, plugin: RegisteredPlugin, refreshToken: string): Promise<Tokens> {
    for (;;) {
      let renewed: Tokens | undefined
      await withLease(this.#database, `renew ${plugin.id} ${user}`, longestRenewal, async () => {
        const tokens = await this.#get(user, plugin)
        if (!tokens) throw notActivated(plugin)
        const isNew = tokens.refreshToken !== refreshToken
        renewed = isNew ? tokens : await this.#renew(user, plugin, refreshToken)
      })
      if (renewed) return renewed
      await sleep(lookEvery)
    }
  }

  async #renew(user: string, plugin: RegisteredPlugin, refreshToken: string): Promise<Tokens> {
    try {
      const renewed = await refresh(await this.client(plugin), refreshToken)
      await this.put(user, plugin, renewed)
      return renewed
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      if (error.isFinal) throw await this.#end(user, plugin, error)
      throw new NotActivated(`${error.message}. Try again later`, { cause: error })
    }
  }

  async #end(user: string, plugin: RegisteredPlugin, cause?: TokenRefused): Promise<NotActivated> {
    await this.#activations.set(user, plugin, 'expired')
    return new NotActivated(`The sign-in to ${plugin.document.title} has ended: sign in again`, { cause })
  }
}

const expiresWithin = ({ expiresAt }: Tokens, milliseconds: number): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) - milliseconds < Date.now()
