import { createHash } from 'node:crypto'
import { basePath } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { errors, interactionPolicy, Provider } from 'oidc-provider'
import type { Accounts } from './accounts.ts'
import { createAdapter, fitsSecret, toUnavailable } from './adapter.ts'
import { isSameCallback, isWeb } from './callback.ts'
import { type Client, toMetadata } from './client.ts'
import { clientDocuments, type DocumentOptions } from './client-document.ts'
import { openKeys } from './keys.ts'
import { errorPage, pagePolicy } from './pages/layout.ts'
import { resourcesOf } from './resource-metadata.ts'
import { signedIn } from './sign-in-cookie.ts'

/** The path of the authorization server in the plugin. */
export const mountPath = '/oauth'

const minute = 60
const hour = 60 * minute
const day = 24 * hour
/** After this time the user is asked again, however often the client has refreshed. */
const longestGrant = 180 * day

export interface ProviderOptions {
  /** The plugin's public URL. Tokens are for this resource, and the server's issuer is `/oauth` below it. */
  publicUrl: string
  /** The plugin's name, for the pages. */
  title: string
  /** Must have been opened with `oauthMigrations` among its migrations. */
  database: Database
  clients: readonly Client[]
  /** Whether unknown apps may register themselves, RFC 7591. By default they may not. */
  registration: boolean
  /** Hosts whose Client ID Metadata Documents are accepted, `*` for all; by default none. `fetch` is for tests. */
  documents: DocumentOptions
  /** Keys made before this date are replaced; see `openKeys`. */
  keysSince?: string | undefined
}

/** Configures oidc-provider for one API: authorization code with PKCE, refresh with rotation, opaque tokens. */
export async function createProvider(
  options: ProviderOptions & { scopes: Readonly<Record<string, string>>; accounts: Accounts },
): Promise<Provider> {
  const { publicUrl, title, clients, database, accounts } = options
  const documents = clientDocuments(options.documents)
  const scopes = Object.keys(options.scopes).join(' ')
  const secure = publicUrl.startsWith('https:')
  const prefix = secure ? '__Secure-' : ''
  const keys = await openKeys(database, options.keysSince)
  const base = basePath(publicUrl)
  const cookie = { httpOnly: true, sameSite: 'lax', secure, signed: true } as const

  const provider = new Provider(`${publicUrl}${mountPath}`, {
    adapter: createAdapter(database),
    clients: clients.map(toMetadata),
    extraClientMetadata: { properties: ['withoutPkce'] },
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'ES256',
    },
    clientAuthMethods: ['client_secret_post', 'client_secret_basic', 'none'],
    responseTypes: ['code'],
    scopes: [],
    claims: {},
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: (_, client) => client.withoutPkce !== true },
    routes: {
      authorization: '/authorize',
      token: '/token',
      revocation: '/revoke',
      jwks: '/jwks',
      registration: '/register',
    },
    fetch: documents.fetch,
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      registration: { enabled: options.registration, issueRegistrationAccessToken: false },
      clientIdMetadataDocument: documents.feature,
      revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        // Clients without RFC 8707 mean the plugin's only API.
        defaultResource: () => publicUrl,
        useGrantedResource: () => true,
        getResourceServerInfo(_, resource) {
          const audience = resource.replace(/\/$/, '')
          if (!resourcesOf(publicUrl).includes(audience))
            throw new errors.InvalidTarget(`tokens are only issued for ${resourcesOf(publicUrl).join(' and ')}`)
          return { audience, scope: scopes, accessTokenTTL: hour, accessTokenFormat: 'opaque' }
        },
      },
    },
    async findAccount(_, id) {
      const account = await accounts.find(id).catch(toUnavailable)
      return account && { accountId: account.id, claims: () => ({ sub: account.id }) }
    },
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    // Apps keep their access when the user signs out of the browser.
    expiresWithSession: () => false,
    interactions: {
      url: (_, { uid }) => `${base}${mountPath}/interaction/${uid}`,
      policy: policy(accounts, publicUrl),
    },
    ttl: {
      AccessToken: hour,
      AuthorizationCode: minute,
      Grant: longestGrant,
      IdToken: hour,
      Interaction: 10 * minute,
      RefreshToken: (_, token) => Math.max(1, Math.min(30 * day, longestGrant - token.totalLifetime())),
      Session: 14 * day,
    },
    cookies: {
      keys: keys.cookies,
      names: { session: `${prefix}oauth`, interaction: `${prefix}interaction`, resume: `${prefix}resume` },
      long: { ...cookie, ...(base !== '' && { path: base }) },
      short: cookie,
    },
    jwks: { keys: keys.jwks },
    async renderError(ctx, out) {
      ctx.type = 'html'
      const asked = ctx.oidc?.params?.redirect_uri
      const hint =
        out.error === 'invalid_redirect_uri' || /redirect_uri/.test(out.error_description ?? '')
          ? `The app asked for the callback ${asked}. The operator of ${title} can add it to the app's redirectUris, character by character.`
          : 'Go back to the app and start again there.'
      ctx.set('Content-Security-Policy', pagePolicy)
      ctx.body = String(await errorPage({ title, base, message: out.error_description ?? out.error, hint }))
    },
  })
  provider.Client.prototype.redirectUriAllowed = function (asked: string) {
    return (this.redirectUris ?? []).some((registered) => isSameCallback(registered, asked))
  }
  const configured = new Map(clients.map((client) => [client.id, client]))
  const { compareClientSecret } = provider.Client.prototype
  provider.Client.prototype.compareClientSecret = function (secret: string) {
    const known = configured.get(this.clientId)
    if (!known) return fitsSecret(secret, this.clientSecret ?? '')
    const isOld = known.oldSecret !== undefined && fitsSecret(secret, known.oldSecret)
    return compareClientSecret.call(this, secret) || isOld
  }
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route === 'discovery')
      ctx.body = { ...(ctx.body as object), scopes_supported: Object.keys(options.scopes) }
    const form = ctx.oidc?.params?.response_mode === 'form_post' ? formScript(ctx.body) : undefined
    if (form !== undefined) ctx.set('Content-Security-Policy', `${pagePolicy}; script-src '${form}'`)
  })
  // The provider reads its address from two headers, which are set on every request before it gets here.
  provider.proxy = true
  return provider
}

/**
 * After a user signs out, or signs in as someone else, the provider's own session is that of the earlier user. And a user
 * whose browser sends the answer to an app on the device is always asked, whatever type the app has registered.
 */
function policy(accounts: Accounts, publicUrl: string) {
  const { Check, base } = interactionPolicy
  const prompts = base()
  prompts.get('login')?.checks.add(
    new Check('signed_out', 'the user has signed out', async (ctx) => {
      if (ctx.oidc.session?.accountId === undefined) return Check.NO_NEED_TO_PROMPT
      const account = await signedIn(ctx, publicUrl, accounts).catch(toUnavailable)
      return account?.id === ctx.oidc.session.accountId ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT
    }),
  )
  prompts.get('consent')?.checks.add(
    new Check('local_callback', 'other apps on the device can use this callback', 'interaction_required', (ctx) => {
      const callback = String(ctx.oidc.params?.redirect_uri)
      return !isWeb(callback) && !ctx.oidc.result?.consent
    }),
  )
  return prompts
}

/** The hash of the script that sends the form of `response_mode=form_post`; its page has a button too. */
function formScript(page: unknown): string | undefined {
  const script = typeof page === 'string' ? /<script>([^<]*)<\/script>/.exec(page)?.[1] : undefined
  return script === undefined ? undefined : `sha256-${createHash('sha256').update(script).digest('base64')}`
}
