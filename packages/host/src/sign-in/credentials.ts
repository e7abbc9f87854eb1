import type { Fetch } from '@reference-plugins/guarded-fetch'
import type { Database } from '@reference-plugins/store'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'
import type { SecretPlace, Vault } from '../vault/vault.ts'
import type { OAuthServer } from './oauth-server.ts'
import { refresh, revoke, type TokenClient, TokenRefused, type Tokens } from './token-endpoint.ts'

/** The user has to do something before the plugin can be called for them. The message says what. */
export class NotActivated extends Error {
  override readonly name = 'NotActivated'
}

export type ActivationState = 'none' | 'active' | 'expired'

/** How long before its end a token is renewed, in milliseconds. */
const renewalMargin = 60_000

/** What users and developers have entrusted to the host, and how it is put into a request. */
export class Credentials {
  readonly #database: Database
  readonly #vault: Vault
  readonly #fetch: Fetch
  // One at a time for each user and plugin: a refresh token that is used twice ends the whole sign-in.
  readonly #renewals = new Map<string, Promise<Tokens>>()

  constructor(database: Database, vault: Vault, fetch: Fetch) {
    this.#database = database
    this.#vault = vault
    this.#fetch = fetch
  }

  /**
   * The Authorization header for a call; undefined where there is none.
   * @param isRefused whether the token that was given last has been answered with 401
   * @throws NotActivated
   */
  async authorization(user: string, plugin: RegisteredPlugin, isRefused = false): Promise<string | undefined> {
    const { type, scheme } = plugin.document.auth
    if (type === 'none') return undefined
    if ((await this.activation(user, plugin)) === 'none') throw new NotActivated(activate(plugin))
    if (type === 'oauth') return `Bearer ${(await this.#tokens(user, plugin, isRefused)).accessToken}`
    const token = await this.#vault.get(place(type === 'service_http' ? '' : user, plugin))
    if (token === undefined)
      throw new NotActivated(
        type === 'service_http'
          ? `${plugin.document.title} has no service token: who registered it enters one on its page`
          : activate(plugin),
      )
    return scheme === 'basic' ? `Basic ${toBasic(token)}` : `Bearer ${token}`
  }

  async activation(user: string, plugin: RegisteredPlugin): Promise<ActivationState> {
    const row = await this.#database.get<{ state: ActivationState }>`
      SELECT state FROM activation WHERE user_id = ${user} AND plugin = ${plugin.id}`
    return row?.state ?? 'none'
  }

  /** Of all plugins, by their id. */
  async activations(user: string): Promise<Map<string, ActivationState>> {
    const rows = await this.#database.all<{ plugin: string; state: ActivationState }>`
      SELECT plugin, state FROM activation WHERE user_id = ${user}`
    return new Map(rows.map(({ plugin, state }) => [plugin, state]))
  }

  /** @param token of the user, where the plugin asks each user for one */
  async activate(user: string, plugin: RegisteredPlugin, token?: string): Promise<void> {
    if (plugin.document.auth.type === 'user_http' && token !== undefined)
      await this.#vault.put(place(user, plugin), token)
    await this.#setActivation(user, plugin, 'active')
  }

  async putTokens(user: string, plugin: RegisteredPlugin, tokens: Tokens): Promise<void> {
    await this.#vault.put(place(user, plugin), JSON.stringify(tokens))
    await this.#setActivation(user, plugin, 'active')
  }

  /** Forgets what the user has entrusted, and tells the authorization server so. */
  async deactivate(user: string, plugin: RegisteredPlugin): Promise<void> {
    const { type } = plugin.document.auth
    if (type === 'oauth' && plugin.clientId !== undefined && plugin.oauth) {
      const kept = await this.#vault.get(place(user, plugin)).catch(() => undefined)
      if (kept !== undefined) await revoke(await this.#client(plugin), JSON.parse(kept) as Tokens)
    }
    if (type === 'oauth' || type === 'user_http') await this.#vault.delete(place(user, plugin))
    await this.#database.run`DELETE FROM activation WHERE user_id = ${user} AND plugin = ${plugin.id}`
  }

  /** Of every user: before the plugin goes. */
  async deactivateAll(plugin: RegisteredPlugin): Promise<void> {
    const users = await this.#database.all<{ user_id: string }>`
      SELECT user_id FROM activation WHERE plugin = ${plugin.id}`
    for (const { user_id } of users) await this.deactivate(user_id, plugin)
  }

  putServiceToken(plugin: RegisteredPlugin, token: string): Promise<void> {
    return this.#vault.put(place('', plugin, 'service-token'), token)
  }

  hasServiceToken(plugin: RegisteredPlugin): Promise<boolean> {
    return this.#vault.has(place('', plugin, 'service-token'))
  }

  putClientSecret(plugin: RegisteredPlugin, secret: string): Promise<void> {
    return this.#vault.put(place('', plugin, 'client-secret'), secret)
  }

  deleteClientSecret(plugin: RegisteredPlugin): Promise<void> {
    return this.#vault.delete(place('', plugin, 'client-secret'))
  }

  /** What the token endpoint is called with. @throws NotActivated */
  client(plugin: RegisteredPlugin): Promise<TokenClient> {
    return this.#client(plugin)
  }

  async #tokens(user: string, plugin: RegisteredPlugin, isRefused: boolean): Promise<Tokens> {
    const kept = await this.#vault.get(place(user, plugin))
    if (kept === undefined) throw new NotActivated(activate(plugin))
    const tokens = JSON.parse(kept) as Tokens
    const isOver = tokens.expiresAt !== undefined && Date.parse(tokens.expiresAt) - renewalMargin < Date.now()
    if (!isOver && !isRefused) return tokens
    if (tokens.refreshToken === undefined) {
      if (!isRefused && !isPast(tokens)) return tokens
      await this.#setActivation(user, plugin, 'expired')
      throw new NotActivated(`The sign-in to ${plugin.document.title} has ended: sign in again`)
    }
    const key = `${user} ${plugin.id}`
    const running = this.#renewals.get(key)
    if (running) return running
    const renewal = this.#renew(user, plugin, tokens).finally(() => this.#renewals.delete(key))
    this.#renewals.set(key, renewal)
    return renewal
  }

  async #renew(user: string, plugin: RegisteredPlugin, tokens: Tokens): Promise<Tokens> {
    try {
      const renewed = await refresh(await this.#client(plugin), tokens.refreshToken as string)
      await this.putTokens(user, plugin, renewed)
      return renewed
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      if (!error.isFinal) throw new NotActivated(`${error.message}. Try again in a while`, { cause: error })
      await this.#setActivation(user, plugin, 'expired')
      throw new NotActivated(`The sign-in to ${plugin.document.title} has ended: sign in again`, { cause: error })
    }
  }

  async #client(plugin: RegisteredPlugin): Promise<TokenClient> {
    if (!plugin.oauth || plugin.clientId === undefined)
      throw new NotActivated(`${plugin.document.title} has no client id: who registered it enters one on its page`)
    const clientSecret = await this.#vault.get(place('', plugin, 'client-secret'))
    return { server: plugin.oauth as OAuthServer, clientId: plugin.clientId, clientSecret, fetch: this.#fetch }
  }

  async #setActivation(user: string, plugin: RegisteredPlugin, state: ActivationState): Promise<void> {
    await this.#database.run`
      INSERT INTO activation (user_id, plugin, at, state) VALUES (${user}, ${plugin.id}, ${now()}, ${state})
      ON CONFLICT (user_id, plugin) DO UPDATE SET state = excluded.state, at = excluded.at`
  }
}

const isPast = ({ expiresAt }: Tokens): boolean => expiresAt !== undefined && Date.parse(expiresAt) < Date.now()

const activate = ({ document: { title, auth } }: RegisteredPlugin): string =>
  auth.type === 'oauth'
    ? `Nobody is signed in to ${title}: sign in on its page`
    : auth.type === 'user_http'
      ? `${title} needs a token of yours: paste it on its page`
      : `${title} is not activated: activate it on its page`

/** Tokens go to where the API was when the plugin was approved, and nowhere else; secrets of the client to its token endpoint. */
function place(user: string, plugin: RegisteredPlugin, kind?: SecretPlace['kind']): SecretPlace {
  const { type } = plugin.document.auth
  const own = type === 'oauth' ? 'oauth-tokens' : type === 'service_http' ? 'service-token' : 'user-token'
  const chosen = kind ?? own
  const origin = chosen === 'client-secret' ? plugin.oauth?.tokenUrl : plugin.document.server
  return { user, plugin: plugin.id, kind: chosen, origin: origin === undefined ? '' : new URL(origin).origin }
}

/** RFC 7617. What holds no colon is taken as it was encoded already, or as a key, which LibreChat encodes as a whole. */
const toBasic = (token: string): string =>
  /^[A-Za-z0-9+/]+=*$/.test(token) && Buffer.from(token, 'base64').toString('utf8').includes(':')
    ? token
    : Buffer.from(token).toString('base64')
