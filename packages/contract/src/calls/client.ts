import type { Report } from '../rules/finding.ts'
import type { Security } from '../spec/security-schemes.ts'
import { tokenIn } from './confirming.ts'
import { type CredentialSource, type Credentials, nothingPlaced, type Placed } from './credentials.ts'
import { writeCurl } from './curl.ts'
import { TimeOver } from './deadline.ts'
import { type Answer, exchange, TookTooLong } from './exchange.ts'
import { Pace, SlowBeside } from './pace.ts'
import { Pulse } from './pulse.ts'
import { RateLimits } from './rate-limits.ts'

export interface Exchange extends Answer {
  method: string
  url: string
  milliseconds: number
  readonly curl: string
}

export interface RequestInput {
  method: string
  /** The URL before the path, where it is not that of the client. */
  base?: string | undefined
  path: string
  headers?: Record<string, string>
  body?: string | Buffer | undefined
  /** What the operation needs. Undefined where the spec is silent. */
  security?: Security
  /** Undefined sends the credentials of the run, null sends none. */
  credentials?: CredentialSource | null | undefined
  /** Answers a 429 as it comes, without waiting and trying again. */
  isOnce?: boolean
  /** Answers a question to the person (428) as it comes, without confirming the call. */
  isUnconfirmed?: boolean
}

export interface ClientOptions {
  baseUrl: string
  credentials: Credentials
  headers?: Record<string, string>
  /** In milliseconds, for each call. */
  longestCall?: number
  report: Report
}

export const defaultCallTime = 12_000
// After calls that hung, others wait less, so that the run comes to an end.
const fewHangs = 4
const laterCall = 3_000
const lastCall = 1_000

/**
 * The plugin does not answer. `unsure`: an earlier call hung, so the tester waited less than it should to blame the
 * plugin again.
 */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly kind: 'failed' | 'too slow' | 'unsure'

  constructor(message: string, kind: NoAnswer['kind']) {
    super(message)
    this.kind = kind
  }
}

/** Makes calls as an assistant does, with a curl command for each that repeats it. */
export class Client {
  readonly #options: ClientOptions
  /** How often a call hung, by method and path, and in all. */
  readonly #hangs = new Map<string, number>()
  #allHangs = 0

  readonly limits: RateLimits
  readonly pace = new Pace()
  readonly #pulse: Pulse

  constructor(options: ClientOptions) {
    this.#options = options
    this.limits = new RateLimits(options.report)
    this.#pulse = new Pulse(`${options.baseUrl}/`, options.report)
  }

  /** Whether the server no longer answers anything. */
  get isGone(): boolean {
    return this.#pulse.end !== undefined
  }

  /** The first secret of the run. */
  get token(): string | undefined {
    return this.#options.credentials.first
  }

  get credentials(): Credentials {
    return this.#options.credentials
  }

  /** Sends a request, and confirms it where the server asks. @throws NoAnswer */
  async send(input: RequestInput): Promise<Exchange> {
    const answer = await this.#send(input)
    const token = input.isUnconfirmed ? undefined : tokenIn(answer)
    return token === undefined ? answer : this.#send({ ...input, headers: { ...input.headers, confirmation: token } })
  }

  async #send(input: RequestInput): Promise<Exchange> {
    const { baseUrl, report, longestCall = defaultCallTime } = this.#options
    const { method, base, path, body } = input
    const placed = await this.#place(input)
    const url = addQuery(`${base ?? baseUrl}${path}`, placed.query)
    const all = addCookies(
      { accept: 'application/json', ...this.#options.headers, ...input.headers, ...placed.headers },
      placed.cookies,
    )
    const place = `${method} ${path.replace(/\?.*/s, '').replaceAll(/[^/]*[\d%][^/]*/g, '*')}`
    const hangs = this.#hangs.get(place) ?? 0
    if (this.#pulse.end !== undefined) throw new NoAnswer(this.#pulse.end, 'unsure')
    if (this.limits.isClosed(place)) {
      this.limits.refused++
      this.#countStatus(429)
      throw new NoAnswer(`${place}: not called again, because Retry-After is later than the run waits`, 'unsure')
    }
    if (hangs >= (this.#allHangs < fewHangs ? 2 : 1))
      throw new NoAnswer(`${method} ${url}: not called again, because ${hangs} calls hung`, 'unsure')
    const later = this.#allHangs < fewHangs ? laterCall : lastCall
    const longest = this.#allHangs === 0 ? longestCall : Math.min(longestCall, later)
    const request = { method, url, headers: all, body }
    const curl = () => writeCurl(request, report.secrets)
    const what = `${method} ${path.replace(/\?.*/s, '')}`
    let milliseconds = 0
    const sendOnce = async (): Promise<Answer> => {
      const start = performance.now()
      report.calls++
      this.limits.count()
      const answer = await exchange(url, { method, headers: all, body, longest })
      this.#pulse.answered(what)
      milliseconds = performance.now() - start
      return answer
    }
    const answer = await this.pace
      .send(sendOnce)
      .then((first) =>
        first.status === 429 && !input.isOnce ? this.limits.retry(place, curl(), first, sendOnce) : first,
      )
      .catch(async (error: Error) => {
        if (error instanceof TimeOver) throw error
        const said = `${method} ${url}: ${error.message}`
        if (error instanceof SlowBeside) throw new NoAnswer(said, 'unsure')
        await this.#pulse.check(what, curl())
        if (!(error instanceof TookTooLong)) throw new NoAnswer(said, this.isGone ? 'unsure' : 'failed')
        this.#hangs.set(place, hangs + 1)
        this.#allHangs++
        throw new NoAnswer(said, longest === longestCall ? 'too slow' : 'unsure')
      })
    this.#countStatus(answer.status)
    return {
      ...answer,
      method,
      url,
      milliseconds,
      get curl() {
        const command = curl()
        const shown = `${answer.status} ${answer.headers['content-type'] ?? ''} ${answer.text.slice(0, 300)}`
        report.keepAnswer(command, shown)
        return command
      },
    }
  }

  async #place({ security, credentials = this.#options.credentials }: RequestInput): Promise<Placed> {
    await credentials?.renew?.()
    return credentials?.place(security) ?? nothingPlaced
  }

  #countStatus(status: number): void {
    const { statuses } = this.#options.report
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }

  /** Sends a request. Undefined where there is no answer. */
  async attempt(request: RequestInput): Promise<Exchange | undefined> {
    return this.send(request).catch((error) => {
      if (!(error instanceof NoAnswer)) throw error
      return undefined
    })
  }
}

function addQuery(url: string, pairs: Placed['query']): string {
  const written = pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
  return written === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${written}`
}

function addCookies(headers: Record<string, string>, pairs: Placed['cookies']): Record<string, string> {
  if (pairs.length === 0) return headers
  const name = Object.keys(headers).find((one) => one.toLowerCase() === 'cookie') ?? 'cookie'
  const cookies = pairs.map((pair) => pair.join('='))
  return { ...headers, [name]: [...(headers[name] ? [headers[name]] : []), ...cookies].join('; ') }
}
