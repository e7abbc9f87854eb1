import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Vault } from '../vault/vault.ts'
import type { Activations } from './activations.ts'
import { changed, NotActivated, notActivated } from './not-activated.ts'
import type { OAuthTokens } from './oauth-tokens.ts'
import { secretPlace } from './secret-place.ts'

/** The secrets that users and developers have given the host, and how a call carries them. */
export class Credentials {
  readonly #vault: Vault
  readonly #activations: Activations
  readonly #oauth: OAuthTokens

  constructor(vault: Vault, activations: Activations, oauth: OAuthTokens) {
    this.#vault = vault
    this.#activations = activations
    this.#oauth = oauth
  }

  /**
   * The Authorization header for a call; undefined if the plugin needs none.
   * @param isRefused whether the API has answered 401 to the last header
   * @throws NotActivated
   */
  async authorization(user: string, plugin: RegisteredPlugin, isRefused = false): Promise<string | undefined> {
    const { type, scheme } = plugin.document.auth
    const state = await this.#activations.of(user, plugin)
    if (state === 'changed') throw changed(plugin)
    if (type === 'none') return undefined
    if (state === 'none') throw notActivated(plugin)
    if (type === 'oauth') return `Bearer ${await this.#oauth.accessToken(user, plugin, isRefused)}`
    const token = await this.tokenOf(user, plugin)
    if (token !== undefined) return scheme === 'basic' ? `Basic ${toBasic(token)}` : `Bearer ${token}`
    if (type === 'user_http') throw notActivated(plugin)
    throw new NotActivated(`${plugin.document.title} has no service token: its owner enters one on its page`)
  }

  /** @param token of the user, if each user of the plugin has their own */
  async activate(user: string, plugin: RegisteredPlugin, token?: string): Promise<void> {
    if (plugin.document.auth.type === 'user_http' && token !== undefined)
      await this.#vault.put(secretPlace(user, plugin, 'user-token'), token)
    await this.#activations.set(user, plugin, 'active')
  }

  /** Deletes the user's secrets for the plugin. OAuth tokens are revoked first. */
  async deactivate(user: string, plugin: RegisteredPlugin): Promise<void> {
    const { type } = plugin.document.auth
    if (type === 'oauth') await this.#oauth.remove(user, plugin)
    if (type === 'user_http') await this.#vault.delete(secretPlace(user, plugin, 'user-token'))
    await this.#activations.remove(user, plugin)
  }

  /** For every user. */
  async deactivateAll(plugin: RegisteredPlugin): Promise<void> {
    for (const user of await this.#activations.usersOf(plugin)) await this.deactivate(user, plugin)
  }

  /** The token that calls carry; undefined if they carry none, or one that OAuth has issued. */
  async tokenOf(user: string, plugin: RegisteredPlugin): Promise<string | undefined> {
    const { type } = plugin.document.auth
    if (type === 'service_http') return this.#vault.get(secretPlace('', plugin, 'service-token'))
    return type === 'user_http' ? this.#vault.get(secretPlace(user, plugin, 'user-token')) : undefined
  }

  putServiceToken(plugin: RegisteredPlugin, token: string): Promise<void> {
    return this.#vault.put(secretPlace('', plugin, 'service-token'), token)
  }

  hasServiceToken(plugin: RegisteredPlugin): Promise<boolean> {
    return this.#vault.has(secretPlace('', plugin, 'service-token'))
  }

  /** @param secret undefined for a client without one */
  putClientSecret(plugin: RegisteredPlugin, secret: string | undefined): Promise<void> {
    const place = secretPlace('', plugin, 'client-secret')
    return secret === undefined ? this.#vault.delete(place) : this.#vault.put(place, secret)
  }
}

/** RFC 7617. A token without a colon is already encoded, or is a key, which LibreChat encodes as a whole. */
const toBasic = (token: string): string =>
  /^[A-Za-z0-9+/]+=*$/.test(token) && Buffer.from(token, 'base64').toString('utf8').includes(':')
    ? token
    : Buffer.from(token).toString('base64')
