import type { Answer } from '../calls/exchange.ts'
import type { Report } from '../rules/finding.ts'
import type { Code } from '../rules/rules.ts'
import { type AuthorizeChange, type Endpoints, type Granted, OAuthDriver, type TokenAnswer } from './driver.ts'
import type { OAuthClient, OAuthSettings, SignIn } from './settings.ts'
import { SignInFailed } from './walk.ts'

/** Calls an operation that only reads with an access token. Undefined where none can be called. */
export type Probe = (token: string) => Promise<Pick<Answer, 'status' | 'text'> | undefined>

/** What the checks of the sign-in share. */
export class Flow {
  readonly driver: OAuthDriver
  readonly endpoints: Endpoints
  readonly settings: OAuthSettings
  readonly client: OAuthClient
  readonly report: Report
  readonly #probe: Probe

  constructor(endpoints: Endpoints, settings: OAuthSettings, report: Report, probe: Probe) {
    this.driver = new OAuthDriver(endpoints, settings, report)
    this.endpoints = endpoints
    this.settings = settings
    this.client = settings
    this.report = report
    this.#probe = probe
  }

  /** The status that an operation answers to an access token. Undefined where none can be called. */
  async probe(token: string): Promise<number | undefined> {
    return (await this.#probe(token))?.status
  }

  /** What an operation shows to an access token, where it shows the same twice. */
  async read(token: string): Promise<string | undefined> {
    const [first, second] = [await this.#probe(token), await this.#probe(token)]
    return first && first.status < 300 && first.text === second?.text ? first.text : undefined
  }

  sign(change: AuthorizeChange = {}, signIn = this.settings.signIn, client = this.client): Promise<Granted> {
    return this.driver.authorize(client, signIn, change)
  }

  /** An authorization request that the server should refuse. Undefined where it does not end at a callback. */
  trySign(change: AuthorizeChange, client = this.client): Promise<Granted | undefined> {
    return orUndefined(this.sign(change, this.settings.signIn, client))
  }

  /** Signs in in a new browser. Undefined where it does not end at a callback. */
  tryStranger(signIn: SignIn): Promise<Granted | undefined> {
    return orUndefined(new OAuthDriver(this.endpoints, this.settings, this.report).authorize(this.client, signIn))
  }

  async tokens(change: AuthorizeChange = {}, signIn = this.settings.signIn): Promise<TokenAnswer> {
    return this.driver.exchange(this.client, await this.sign(change, signIn))
  }

  add(code: Code, detail: string): void {
    this.report.add(code, 'oauth', detail)
  }

  /** For what may be meant so. */
  note(code: Code, detail: string): void {
    this.report.add(code, 'oauth', detail, { severity: 'note' })
  }

  /**
   * Judges the answer to a token request that must be refused.
   * @returns whether it was refused
   */
  mustRefuse({ status, json }: TokenAnswer, code: Code, what: string, errors: readonly string[]): boolean {
    const error = String(json.error ?? '')
    if (status < 300) this.add(code, `${what} is accepted`)
    else if (status >= 500) this.add('server-error', `${what} is answered with ${status}`)
    else if (![400, 401, 429].includes(status)) this.add('oauth-refusal', `${what} is answered with ${status}`)
    else if (status !== 429 && !errors.includes(error))
      this.add('oauth-refusal', `${what} is answered with ${error ? `error=${error}` : 'no error'}, not ${errors[0]}`)
    return status >= 400
  }

  /** No more may be granted than what was asked for. */
  checkScope({ json }: TokenAnswer, wanted: string, how: string): void {
    if (typeof json.scope !== 'string') return
    const more = json.scope.split(' ').filter((one) => one !== '' && !wanted.split(' ').includes(one))
    if (more.length > 0)
      this.add('oauth-scope', `${wanted || 'no scope'} ${how}, and ${more.join(' ')} was granted as well`)
  }
}

const orUndefined = (granted: Promise<Granted>): Promise<Granted | undefined> =>
  granted.catch((error) => {
    if (!(error instanceof SignInFailed)) throw error
    return undefined
  })
