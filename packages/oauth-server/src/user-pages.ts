import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { errors, type Provider } from 'oidc-provider'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import type { Account, Accounts } from './accounts.ts'
import type { Client } from './client.ts'
import type { ConnectedApps } from './connected-apps.ts'
import { appsPage } from './pages/apps-page.ts'
import { consentPage } from './pages/consent-page.ts'
import { errorPage, type Html, pagePolicy } from './pages/layout.ts'
import { signInPage } from './pages/sign-in-page.ts'
import { mountPath } from './provider.ts'
import { setSignInCookie, signedIn, signInCookie } from './sign-in-cookie.ts'

export interface UserPagesOptions {
  provider: Provider
  accounts: Accounts
  apps: ConnectedApps
  title: string
  publicUrl: string
  scopes: Readonly<Record<string, string>>
  mayBeNew: boolean
  /** The clients in the configuration. */
  clients: readonly Client[]
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

const readForm = koaBody({ json: false, text: false, urlencoded: true, formLimit: '4kb' })
const triesAMinute = 10

/** The pages that people see: sign in, sign up, consent, connected apps. They need no script. */
export class UserPages {
  readonly #options: UserPagesOptions
  readonly #secure: boolean
  // By address and name, so that nobody can lock out another user.
  readonly #tries = new RateLimiterMemory({ points: triesAMinute, duration: 60 })
  readonly #triesOfAddress = new RateLimiterMemory({ points: triesAMinute * 10, duration: 60 })

  constructor(options: UserPagesOptions) {
    this.#options = options
    this.#secure = options.publicUrl.startsWith('https:')
  }

  /** `/oauth/interaction/ID`: what oidc-provider needs from the user. */
  async interaction(ctx: Context): Promise<void> {
    const interaction = await this.#findInteraction(ctx)
    if (!interaction) return
    const account = await this.#signedIn(ctx)
    if (ctx.method === 'POST') return this.#answer(ctx, interaction, account)
    if (!account) return this.#askForSignIn(ctx, interaction)
    const before = interaction.session?.accountId
    if (before !== undefined && before !== account.id) return this.#restart(ctx, interaction)
    if (interaction.prompt.name === 'login') return this.#finish(ctx, { login: { accountId: account.id } })
    return this.#askForConsent(ctx, interaction, account)
  }

  /** `/oauth/apps`: the apps that the user has allowed. */
  async connectedApps(ctx: Context): Promise<void> {
    const account = await this.#signedIn(ctx)
    if (ctx.method === 'POST') return this.#answerApps(ctx, account)
    if (!account) return this.#askForSignIn(ctx)
    const { title, apps, scopes } = this.#options
    await this.#show(ctx, 200, appsPage(title, account.name, await apps.list(account, scopes)))
  }

  async #findInteraction(ctx: Context): Promise<Interaction | undefined> {
    try {
      return await this.#options.provider.interactionDetails(ctx.req, ctx.res)
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error
      const message = 'This page has expired or was opened in another browser'
      return this.#refuse(ctx, 400, message, 'Go back to the app and start again.')
    }
  }

  async #answer(ctx: Context, interaction: Interaction, account: Account | undefined): Promise<void> {
    const form = await this.#readForm(ctx)
    if (!form) return
    if (form.action === 'deny')
      return this.#finish(ctx, { error: 'access_denied', error_description: 'the user did not allow it' })
    // A user who signed out in another tab must sign in first.
    if (form.action === 'allow' && account && account.id === interaction.session?.accountId)
      return this.#allow(ctx, interaction, account)
    return this.#changeAccount(ctx, form, interaction)
  }

  /** Restarts for another user, because oidc-provider's session is that of the earlier one. */
  async #restart(ctx: Context, { session, params }: Interaction): Promise<void> {
    const kept = await this.#options.provider.Session.findByUid(session?.uid ?? '')
    await kept?.destroy()
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(params))
      for (const one of [value].flat()) if (one !== undefined) query.append(name, String(one))
    seeOther(ctx, `${mountPath}/authorize?${query}`)
  }

  async #allow(ctx: Context, interaction: Interaction, account: Account): Promise<void> {
    const { Grant } = this.#options.provider
    const clientId = String(interaction.params.client_id)
    const existing = interaction.grantId ? await Grant.find(interaction.grantId) : undefined
    const grant = existing ?? new Grant({ accountId: account.id, clientId })
    for (const [resource, scopes] of Object.entries(missingScopes(interaction)))
      grant.addResourceScope(resource, scopes.join(' '))
    await this.#finish(ctx, { consent: { grantId: await grant.save() } })
  }

  async #answerApps(ctx: Context, account: Account | undefined): Promise<void> {
    const form = await this.#readForm(ctx)
    if (!form) return
    if (form.action === 'revoke' && account) await this.#options.apps.revoke(account, form.client ?? '')
    return this.#changeAccount(ctx, form)
  }

  /** Signs in, up or out if the form asks for it, and shows the page again. */
  async #changeAccount(ctx: Context, form: Form, interaction?: Interaction): Promise<void> {
    if (form.action === 'sign-out') await this.#signOut(ctx)
    const isSignIn = form.action === 'sign-in' || form.action === 'sign-up'
    if (!isSignIn || (await this.#signInOrUp(ctx, form, interaction))) seeOther(ctx, ctx.path)
  }

  /** Returns false if it failed; the page then says why. */
  async #signInOrUp(ctx: Context, form: Form, interaction?: Interaction): Promise<boolean> {
    const { accounts, mayBeNew } = this.#options
    const { action, name = '', password = '' } = form
    const isNew = action === 'sign-up' && mayBeNew
    const refuse = async (status: number, problem: string) => {
      await this.#askForSignIn(ctx, interaction, { status, problem, name, isNew })
      return false
    }
    const fault = formFault(name, password, isNew)
    if (fault) return refuse(422, fault)
    const wait = await this.#countTry(ctx.ip, name)
    if (wait > 0) {
      ctx.set('Retry-After', String(wait))
      return refuse(429, `Too many tries. Wait ${wait} seconds and try again.`)
    }
    const account = isNew ? await accounts.add(name, password) : await accounts.check(name, password)
    if (!account && isNew) return refuse(409, 'This user name is taken. Choose another one.')
    if (!account) return refuse(401, 'User name or password is wrong.')
    setSignInCookie(ctx, this.#secure, await accounts.signIn(account))
    await this.#tries.delete(tryKey(ctx.ip, name))
    return true
  }

  /** Returns the seconds to wait. */
  async #countTry(address: string, name: string): Promise<number> {
    try {
      await this.#triesOfAddress.consume(address)
      await this.#tries.consume(tryKey(address, name))
      return 0
    } catch (refused) {
      return Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000))
    }
  }

  async #signOut(ctx: Context): Promise<void> {
    const secret = ctx.cookies.get(signInCookie(this.#secure), { signed: false })
    if (secret) await this.#options.accounts.signOut(secret)
    setSignInCookie(ctx, this.#secure, null)
  }

  #signedIn(ctx: Context): Promise<Account | undefined> {
    return signedIn(ctx, this.#secure, this.#options.accounts)
  }

  /** Refuses forms that another site has sent for the user. */
  async #readForm(ctx: Context): Promise<Form | undefined> {
    const site = ctx.get('Sec-Fetch-Site')
    const isOwn = site === '' ? ctx.get('Origin') === this.#options.publicUrl : site === 'same-origin'
    const expect = ctx.is('application/x-www-form-urlencoded')
    const hint = 'Open the page again and send the form from there.'
    if (!isOwn || !expect) return this.#refuse(ctx, isOwn ? 415 : 403, 'This form did not come from this page', hint)
    try {
      await readForm(ctx, async () => {})
    } catch {
      return this.#refuse(ctx, 400, 'The form cannot be read', hint)
    }
    const entries = Object.entries(Object(ctx.request.body) as Record<string, unknown>)
    return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string')) as Form
  }

  async #askForSignIn(ctx: Context, interaction?: Interaction, again?: Again): Promise<void> {
    const { title, mayBeNew } = this.#options
    const client = interaction && (await this.#clientName(interaction))
    const { status = 200, problem, name, isNew = mayBeNew && ctx.query.new === '1' } = again ?? {}
    await this.#show(ctx, status, signInPage({ title, client, isNew, mayBeNew, name, problem }))
  }

  async #askForConsent(ctx: Context, interaction: Interaction, account: Account): Promise<void> {
    const { title, scopes } = this.#options
    const asked = Object.values(missingScopes(interaction)).flat()
    const page = consentPage({
      title,
      client: await this.#clientName(interaction),
      isKnown: this.#options.clients.some(({ id }) => id === interaction.params.client_id),
      callback: String(interaction.params.redirect_uri),
      account: account.name,
      permissions: asked.map((scope) => scopes[scope] ?? scope),
    })
    await this.#show(ctx, 200, page)
  }

  async #clientName(interaction: Interaction): Promise<string> {
    const id = String(interaction.params.client_id)
    return (await this.#options.provider.Client.find(id))?.clientName ?? id
  }

  async #finish(ctx: Context, result: Parameters<Provider['interactionFinished']>[2]): Promise<void> {
    const next = await this.#options.provider.interactionResult(ctx.req, ctx.res, result, {
      mergeWithLastSubmission: !('error' in result),
    })
    seeOther(ctx, next)
  }

  async #refuse(ctx: Context, status: number, message: string, hint: string): Promise<undefined> {
    await this.#show(ctx, status, errorPage({ title: this.#options.title, message, hint }))
  }

  async #show(ctx: Context, status: number, page: Html): Promise<void> {
    ctx.status = status
    ctx.set('Content-Security-Policy', pagePolicy)
    // Without a referrer policy the browser would send the page's forms with the Origin null.
    ctx.set('Referrer-Policy', 'same-origin')
    ctx.type = 'html'
    ctx.body = String(await page)
  }
}

type Form = Partial<Record<'action' | 'name' | 'password' | 'client', string>>

interface Again {
  status: number
  problem: string
  name: string
  isNew: boolean
}

/** Answers a POST with a redirect to a GET, so that a reload sends nothing twice. */
function seeOther(ctx: Context, url: string): void {
  ctx.status = 303
  ctx.redirect(url)
}

const tryKey = (address: string, name: string): string => `${address} ${name.normalize('NFKC').toLowerCase()}`

function missingScopes({ prompt }: Interaction): Record<string, string[]> {
  return (prompt.details.missingResourceScopes ?? {}) as Record<string, string[]>
}

function formFault(name: string, password: string, isNew: boolean): string | undefined {
  const characters = Array.from(name).length
  if (characters === 0 || characters > 64) return 'The user name must have 1 to 64 characters.'
  if (isNew && !/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._@+-]*$/u.test(name))
    return 'The user name may contain letters, digits, spaces and . _ @ + -, and must begin with a letter or a digit.'
  if (password.length > 200) return 'The password may have at most 200 characters.'
  if (isNew && Array.from(password).length < 8) return 'The password needs at least 8 characters.'
  return undefined
}
