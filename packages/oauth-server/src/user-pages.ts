import { basePath } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import type { Context } from 'koa'
import { koaBody } from 'koa-body'
import { errors, type Provider } from 'oidc-provider'
import type { Account, Accounts, RemoveAccount } from './accounts.ts'
import type { Client } from './client.ts'
import type { ConnectedApps } from './connected-apps.ts'
import { userNameFault } from './name.ts'
import { appsPage } from './pages/apps-page.ts'
import { consentPage } from './pages/consent-page.ts'
import { errorPage, type Html, pagePolicy } from './pages/layout.ts'
import { signInPage } from './pages/sign-in-page.ts'
import { longestPassword, passwordFault } from './password-choice.ts'
import { SignInBusy, TooManyTries, tryPassword } from './password-try.ts'
import { mountPath } from './provider.ts'
import { setSignInCookie, signedIn, signInCookie } from './sign-in-cookie.ts'
import { SignInLimits } from './sign-in-limits.ts'

export interface UserPagesOptions {
  database: Database
  provider: Provider
  accounts: Accounts
  apps: ConnectedApps
  title: string
  publicUrl: string
  scopes: Readonly<Record<string, string>>
  mayBeNew: boolean
  /** The clients in the configuration. */
  clients: readonly Client[]
  onRemoveAccount?: RemoveAccount | undefined
}

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** In UTF-16 units, for the name of a user who has one already. */
const longestName = 256
const readForm = koaBody({ json: false, text: false, urlencoded: true, formLimit: '4kb' })
/** The pages that people see: sign in, sign up, consent, connected apps. They need no script. */
export class UserPages {
  readonly #options: UserPagesOptions
  /** The path before those of the plugin. */
  readonly #base: string
  readonly #limits: SignInLimits

  constructor(options: UserPagesOptions) {
    this.#options = options
    this.#limits = new SignInLimits(options.database)
    this.#base = basePath(options.publicUrl)
  }

  /** `/oauth/interaction/ID`: what oidc-provider needs from the user. */
  async interaction(ctx: Context): Promise<void> {
    const interaction = await this.#findInteraction(ctx)
    if (!interaction) return
    const account = await this.#signedIn(ctx)
    if (ctx.method === 'POST') return this.#answer(ctx, interaction, account)
    if (!account || mustSignIn(interaction)) return this.#askForSignIn(ctx, interaction)
    if (isForAnother(interaction, account)) return this.#restart(ctx, interaction)
    if (interaction.prompt.name === 'login') return this.#finish(ctx, { login: { accountId: account.id } })
    return this.#askForConsent(ctx, interaction, account)
  }

  /** `/oauth/apps`: the apps that the user has allowed. */
  async connectedApps(ctx: Context): Promise<void> {
    const account = await this.#signedIn(ctx)
    if (ctx.method === 'POST') return this.#answerApps(ctx, account)
    if (!account) return this.#askForSignIn(ctx)
    return this.#showApps(ctx, account)
  }

  async #showApps(ctx: Context, account: Account, refusal?: Refusal): Promise<void> {
    const { title, apps, scopes } = this.#options
    const list = await apps.list(account, scopes)
    await this.#show(
      ctx,
      refusal?.status ?? 200,
      appsPage({
        title,
        base: this.#base,
        account: account.name,
        apps: list,
        deletesData: this.#options.onRemoveAccount !== undefined,
        problem: refusal?.problem,
      }),
    )
  }

  async #findInteraction(ctx: Context): Promise<Interaction | undefined> {
    try {
      return await this.#options.provider.interactionDetails(ctx.req, ctx.res)
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error
      await this.#refuse(
        ctx,
        400,
        'This page has expired or was opened in another browser',
        'Go back to the app and start again.',
      )
      return undefined
    }
  }

  async #answer(ctx: Context, interaction: Interaction, account: Account | undefined): Promise<void> {
    const form = await this.#readForm(ctx)
    if (!form) return
    if (form.action === 'deny')
      return this.#finish(ctx, { error: 'access_denied', error_description: 'the user did not allow it' })
    if (form.action === 'sign-out') return this.#signOut(ctx)
    if (form.action === 'sign-in' || form.action === 'sign-up') {
      const signedIn = await this.#signInOrUp(ctx, form, interaction)
      if (!signedIn) return
      if (!mustSignIn(interaction)) return this.#reload(ctx)
      if (isForAnother(interaction, signedIn)) return this.#restart(ctx, interaction, 'login')
      return this.#finish(ctx, { login: { accountId: signedIn.id } })
    }
    // A user who signed out in another tab must sign in first.
    if (form.action !== 'allow' || !account || account.id !== interaction.session?.accountId) return this.#reload(ctx)
    return this.#allow(ctx, interaction, account)
  }

  /**
   * Restarts for another user, because oidc-provider's session is that of the earlier one.
   * @param done the prompt that the user has just answered
   */
  async #restart(ctx: Context, { session, params }: Interaction, done?: string): Promise<void> {
    await this.#options.accounts.forgetSession(session?.uid ?? '')
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(params))
      for (const one of [value].flat()) if (one !== undefined) query.append(name, String(one))
    const prompts = query.get('prompt')?.split(' ') ?? []
    const left = prompts.filter((prompt) => prompt !== done).join(' ')
    if (left === '') query.delete('prompt')
    else query.set('prompt', left)
    seeOther(ctx, `${this.#base}${mountPath}/authorize?${query}`)
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
    const { accounts, apps } = this.#options
    if (form.action === 'sign-out') return this.#signOut(ctx)
    if (form.action === 'sign-in' || form.action === 'sign-up') {
      if (await this.#signInOrUp(ctx, form)) this.#reload(ctx)
      return
    }
    if (account && form.action === 'revoke') await apps.revoke(account, form.client ?? '')
    if (account && form.action === 'sign-out-everywhere') {
      await accounts.signOutEverywhere(account)
      return this.#signOut(ctx)
    }
    if (account && form.action === 'change-password') return this.#changePassword(ctx, account, form)
    if (account && form.action === 'delete-account') return this.#deleteAccount(ctx, account, form)
    this.#reload(ctx)
  }

  async #changePassword(ctx: Context, account: Account, { password = '', next = '' }: Form): Promise<void> {
    const { accounts } = this.#options
    const fault = passwordFault(next, account.name)
    if (fault) return this.#showApps(ctx, account, { status: 422, problem: fault })
    const change = async (signal: AbortSignal) => {
      if (!(await accounts.check(account.name, password, signal))) return undefined
      await accounts.changePassword(account, next, signal)
      return account
    }
    const tried = await this.#tryPassword(ctx, account.name, change)
    if (!('account' in tried)) return this.#showApps(ctx, account, tried)
    setSignInCookie(ctx, this.#options.publicUrl, await accounts.signIn(account))
    this.#reload(ctx)
  }

  async #deleteAccount(ctx: Context, account: Account, { password = '' }: Form): Promise<void> {
    const { accounts, onRemoveAccount } = this.#options
    const tried = await this.#tryPassword(ctx, account.name, (signal) => accounts.check(account.name, password, signal))
    if (!('account' in tried)) return this.#showApps(ctx, account, tried)
    await accounts.remove(account, onRemoveAccount)
    return this.#signOut(ctx)
  }

  /** Returns undefined if it failed; the page then says why. */
  async #signInOrUp(ctx: Context, form: Form, interaction?: Interaction): Promise<Account | undefined> {
    const { accounts, mayBeNew } = this.#options
    const { action, name = '', password = '' } = form
    const isNew = action === 'sign-up' && mayBeNew
    const fault = isNew ? (userNameFault(name) ?? passwordFault(password, name)) : lengthFault(name, password)
    const tried = fault
      ? { status: 422, problem: fault }
      : await this.#tryPassword(ctx, name, (signal) =>
          isNew ? accounts.add(name, password, signal) : accounts.check(name, password, signal),
        )
    if ('account' in tried) {
      setSignInCookie(ctx, this.#options.publicUrl, await accounts.signIn(tried.account))
      return tried.account
    }
    const again = isNew && tried.status === 401 ? nameTaken : tried
    await this.#askForSignIn(ctx, interaction, { ...again, name, isNew })
    return undefined
  }

  /** A try, or what the page says why it failed. */
  async #tryPassword(
    ctx: Context,
    name: string,
    attempt: (signal: AbortSignal) => Promise<Account | undefined>,
  ): Promise<{ account: Account } | Refusal> {
    try {
      const account = await tryPassword(ctx, name, this.#limits, attempt)
      return account ? { account } : { status: 401, problem: 'User name or password is wrong.' }
    } catch (error) {
      if (error instanceof TooManyTries) {
        ctx.set('Retry-After', String(error.seconds))
        return { status: 429, problem: `Too many tries. Wait ${error.seconds} seconds and try again.` }
      }
      if (!(error instanceof SignInBusy)) throw error
      ctx.set(error.headers)
      return { status: error.status, problem: `${error.message}.` }
    }
  }

  async #signOut(ctx: Context): Promise<void> {
    const secret = ctx.cookies.get(signInCookie(this.#options.publicUrl), { signed: false })
    if (secret) await this.#options.accounts.signOut(secret)
    setSignInCookie(ctx, this.#options.publicUrl, null)
    this.#reload(ctx)
  }

  #signedIn(ctx: Context): Promise<Account | undefined> {
    return signedIn(ctx, this.#options.publicUrl, this.#options.accounts)
  }

  /** Refuses forms that another site has sent for the user. */
  async #readForm(ctx: Context): Promise<Form | undefined> {
    const site = ctx.get('Sec-Fetch-Site')
    const isOwn = site === '' ? ctx.get('Origin') === new URL(this.#options.publicUrl).origin : site === 'same-origin'
    const expect = ctx.is('application/x-www-form-urlencoded')
    if (!isOwn || !expect) {
      await this.#refuse(
        ctx,
        isOwn ? 415 : 403,
        'This form did not come from this page',
        'Open the page again and send the form from there.',
      )
      return undefined
    }
    try {
      await readForm(ctx, async () => {})
    } catch {
      await this.#refuse(ctx, 400, 'The form cannot be read', 'Open the page again and send the form from there.')
      return undefined
    }
    const entries = Object.entries(Object(ctx.request.body) as Record<string, unknown>)
    return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string')) as Form
  }

  async #askForSignIn(ctx: Context, interaction?: Interaction, again?: Again): Promise<void> {
    const { title, mayBeNew } = this.#options
    const client = interaction && (await this.#clientName(interaction))
    const { status = 200, problem, name, isNew = mayBeNew && ctx.query.new === '1' } = again ?? {}
    await this.#show(ctx, status, signInPage({ title, base: this.#base, client, isNew, mayBeNew, name, problem }))
  }

  async #askForConsent(ctx: Context, interaction: Interaction, account: Account): Promise<void> {
    const { title, scopes } = this.#options
    const asked = Object.values(missingScopes(interaction)).flat()
    const page = consentPage({
      title,
      base: this.#base,
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

  /** The same page again, by GET. */
  #reload(ctx: Context): void {
    seeOther(ctx, `${this.#base}${ctx.path}`)
  }

  async #refuse(ctx: Context, status: number, message: string, hint: string): Promise<void> {
    await this.#show(ctx, status, errorPage({ title: this.#options.title, base: this.#base, message, hint }))
  }

  async #show(ctx: Context, status: number, page: Html): Promise<void> {
    ctx.status = status
    ctx.set('Content-Security-Policy', pagePolicy)
    // Without a referrer policy of its own the browser would send the page's forms with the Origin null.
    ctx.set('Referrer-Policy', 'same-origin')
    ctx.type = 'html'
    ctx.body = String(await page)
  }
}

type Form = Partial<Record<'action' | 'name' | 'password' | 'next' | 'client', string>>

interface Refusal {
  status: number
  problem: string
}

interface Again extends Refusal {
  name: string
  isNew: boolean
}

const nameTaken = { status: 409, problem: 'This user name is taken. Choose another one.' }

/** Answers a POST with a redirect to a GET, so that a reload sends nothing twice. */
function seeOther(ctx: Context, url: string): void {
  ctx.status = 303
  ctx.redirect(url)
}

/** The app asks for the password, although the user may be signed in (OpenID Connect Core 1.0, 3.1.2.1). */
const mustSignIn = ({ prompt, params }: Interaction): boolean =>
  prompt.name === 'login' &&
  String(params.prompt ?? '')
    .split(' ')
    .includes('login')

const isForAnother = ({ session }: Interaction, account: Account): boolean =>
  session?.accountId !== undefined && session.accountId !== account.id

function missingScopes({ prompt }: Interaction): Record<string, string[]> {
  return (prompt.details.missingResourceScopes ?? {}) as Record<string, string[]>
}

function lengthFault(name: string, password: string): string | undefined {
  if (name.trim() === '' || name.length > longestName) return 'The user name must have 1 to 64 characters.'
  return password.length > longestPassword ? `The password may have at most ${longestPassword} characters.` : undefined
}
