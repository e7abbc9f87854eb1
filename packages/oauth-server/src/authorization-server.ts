import {
  type Auth,
  addressKey,
  basePath,
  type Caller,
  type Mount,
  oauth,
  Problem,
  type Resource,
} from '@reference-plugins/core'
import { isLoopback } from '@reference-plugins/guarded-fetch'
import type { Context, Next } from 'koa'
import type { Provider } from 'oidc-provider'
import { Accounts, type RemoveAccount } from './accounts.ts'
import { cleanUp } from './clean-up.ts'
import { ConnectedApps } from './connected-apps.ts'
import { readCookieKeys } from './keys.ts'
import { Limiter } from './limiter.ts'
import { createProvider, mountPath, type ProviderOptions } from './provider.ts'
import { ProviderHandler } from './provider-handler.ts'
import { resourceMetadata } from './resource-metadata.ts'
import { serverMetadata } from './server-metadata.ts'
import { readAuthorizationForm } from './token-request.ts'
import { UserPages } from './user-pages.ts'

type Defaulted = 'registration' | 'documents'

export interface AuthorizationServerOptions<Scope extends string>
  extends Omit<ProviderOptions, Defaulted>,
    Partial<Pick<ProviderOptions, Defaulted>> {
  /** Each scope with the words that the consent page shows: "Read your notes". */
  scopes: Readonly<Record<Scope, string>>
  /** For the manifest, by the name of the assistant. */
  verificationTokens?: Readonly<Record<string, string>> | undefined
  /** Whether people may create an account. */
  signUp?: boolean
  /** Deletes the user's data with the account, in the same transaction. */
  onRemoveAccount?: RemoveAccount | undefined
  /** The most sign-ins and token requests a minute from one address. */
  rateLimit?: number
}

/** An authorization server inside the plugin, and the auth mode for it. */
export interface AuthorizationServer<Scope extends string> extends Resource {
  readonly auth: Auth<'user', Scope>
  readonly mounts: readonly Mount[]
  readonly accounts: Accounts
  /** Issues an access token for a user without the OAuth flow, for tests and a developer's first call. */
  issueAccessToken(accountId: string, clientId: string): Promise<string>
}

const discovery = '/.well-known/openid-configuration'
/** What people open in their browser. */
const pages = ['/authorize', '/interaction', '/apps']

/** The methods of each path below `/oauth`. */
function methodsOf(path: string): string[] | undefined {
  if (path === '/authorize' || path === '/apps' || /^\/interaction\/[\w-]+$/.test(path)) return ['GET', 'POST']
  if (path === '/token' || path === '/revoke') return ['POST']
  return path === '/jwks' || /^\/authorize\/[\w-]+$/.test(path) ? ['GET'] : undefined
}

const maintenanceInterval = 10 * 60_000

/** Creates the authorization server of one plugin, with oidc-provider, on the plugin's own database. */
export async function createAuthorizationServer<const Scope extends string>(
  options: AuthorizationServerOptions<Scope>,
): Promise<AuthorizationServer<Scope>> {
  const {
    publicUrl,
    title,
    database,
    scopes,
    clients,
    verificationTokens = {},
    signUp = true,
    registration = false,
    documents = { hosts: [] },
    rateLimit = 120,
    onRemoveAccount,
  } = options
  const accounts = new Accounts(database)
  const provider = await createProvider({ ...options, accounts, registration, documents })
  const handler = new ProviderHandler(provider, publicUrl, Object.keys(scopes), database)
  const apps = new ConnectedApps(database, clients)
  const userPages = new UserPages({
    database,
    provider,
    accounts,
    apps,
    title,
    publicUrl,
    scopes,
    clients,
    mayBeNew: signUp,
    onRemoveAccount,
  })
  const limiter = new Limiter(database, { name: 'oauth', points: rateLimit, seconds: 60 })
  const registrations = new Limiter(database, { name: 'registrations', points: 30, seconds: 3600 })
  const { host, hostname } = new URL(publicUrl)
  const base = basePath(publicUrl)
  const isLocal = isLoopback(hostname)
  // An invalid client is reported at the start, not when it is first used.
  for (const { id } of clients) await provider.Client.find(id)
  const maintain = async () => {
    await cleanUp(database)
    provider.keys = await readCookieKeys(database)
  }
  await maintain()
  const timer = setInterval(() => maintain().catch(() => {}), maintenanceInterval).unref()

  const serve = async (ctx: Context, next: Next): Promise<unknown> => {
    const path = ctx.path.slice(mountPath.length)
    // Cookies belong to one host name, so a browser at 127.0.0.1 is redirected to localhost, which the links use. On other
    // hosts a proxy may have changed the Host header although the browser used the right name.
    if (
      isLocal &&
      ctx.method === 'GET' &&
      ctx.req.headers.host !== host &&
      pages.includes(path.split('/', 2).join('/'))
    )
      return ctx.redirect(`${publicUrl}${ctx.path}${ctx.search}`)
    const methods = path === '/register' && registration ? ['POST'] : methodsOf(path)
    if (!methods) return next()
    if (!methods.includes(ctx.method))
      throw new Problem(405, `Use ${methods.join(' or ')}`, { headers: { allow: methods.join(', ') } })
    if (path === '/authorize' || path === '/token' || path === '/revoke') await count(limiter, ctx)
    if (path === '/register') await count(registrations, ctx)
    if (path === '/apps') return userPages.connectedApps(ctx)
    if (path.startsWith('/interaction/')) return userPages.interaction(ctx)
    if (path === '/authorize' && ctx.method === 'POST') return sendAgain(ctx, base)
    return handler.forward(ctx)
  }
  const middleware = async (ctx: Context, next: Next) => void (await serve(ctx, next))

  return {
    accounts,
    auth: oauth({
      scopes,
      authorizationUrl: `${mountPath}/authorize`,
      tokenUrl: `${mountPath}/token`,
      resourceMetadataUrl: `${publicUrl}/.well-known/oauth-protected-resource`,
      verificationTokens,
      verify: (token, resource) =>
        verify(provider, resource === '/' ? [publicUrl] : [publicUrl, `${publicUrl}${resource}`], token),
    }),
    mounts: [
      ...resourceMetadata({ publicUrl, title, issuer: provider.issuer, scopes: Object.keys(scopes) }),
      ...serverMetadata(publicUrl, (ctx) => handler.forward(ctx, discovery)),
      ...pages.map((page) => ({ path: `${mountPath}${page}`, middleware, isForPeople: true })),
      { path: mountPath, middleware },
    ],
    ready: () => database.ready(),
    async close() {
      clearInterval(timer)
    },
    async issueAccessToken(accountId, clientId) {
      const client = await provider.Client.find(clientId)
      if (!client) throw new Error(`the client ${clientId} does not exist`)
      const grant = new provider.Grant({ accountId, clientId })
      const scope = Object.keys(scopes).join(' ')
      grant.addResourceScope(publicUrl, scope)
      const grantId = await grant.save()
      const token = new provider.AccessToken({ accountId, client, grantId, gty: 'authorization_code', scope })
      const lifetime = { audience: publicUrl, scope, accessTokenTTL: 86_400 }
      token.resourceServer = new provider.ResourceServer(publicUrl, lifetime)
      return token.save()
    },
  }
}

/** A token is valid only with its grant, because users revoke grants. */
async function verify(provider: Provider, audiences: string[], value: string): Promise<Caller | undefined> {
  const token = await provider.AccessToken.find(value)
  if (!token?.isValid || !audiences.includes(String(token.aud)) || !token.grantId) return undefined
  const grant = await provider.Grant.find(token.grantId)
  if (!grant || grant.accountId !== token.accountId || grant.clientId !== token.clientId) return undefined
  return { id: token.accountId, scopes: [...token.scopes] }
}

/** A form from another site comes without cookies, which the redirect gets. */
async function sendAgain(ctx: Context, base: string): Promise<void> {
  const form = await readAuthorizationForm(ctx)
  if (!form) return
  ctx.status = 303
  ctx.redirect(`${base}${ctx.path}?${form}`)
}

async function count(limiter: Limiter, ctx: Context): Promise<void> {
  const seconds = await limiter.use(addressKey(ctx.ip))
  if (seconds > 0)
    throw new Problem(429, `Wait ${seconds} seconds before you try again`, {
      headers: { 'retry-after': String(seconds) },
    })
}
