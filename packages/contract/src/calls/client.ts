import { writeCurl } from '../curl.ts'
import { TimeOver } from '../deadline.ts'
import { type Answer, exchange, TookTooLong } from '../exchange.ts'
import type { Report } from '../finding.ts'
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
  path: string
  headers?: Record<string, string>
  body?: string | Buffer | undefined
  /** Undefined sends the token of the run, null sends none. */
  token?: string | null | undefined
}

export interface ClientOptions {
  baseUrl: string
  token?: string | undefined
  headers?: Record<string, string>
  /** In milliseconds, for each call. */
  longestCall?: number
  report: Report
}

export const defaultCallTime = 12_000
// After a call that hung, others wait less, so that the run comes to an end.
const shortestCall = 3_000
const mostHangs = 2

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
  /** How often a call hung, by method and path. */
  readonly #hangs = new Map<string, number>()

  readonly limits: RateLimits
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

  get token(): string | undefined {
    return this.#options.token
  }

  async send({ method, path, headers = {}, body, token = this.#options.token }: RequestInput): Promise<Exchange> {
    const { baseUrl, report, longestCall = defaultCallTime } = this.#options
    const url = `${baseUrl}${path}`
    const authorization =
      token === null || token === undefined ? {} : { authorization: /^\w+ /.test(token) ? token : `Bearer ${token}` }
    const all: Record<string, string> = {
      accept: 'application/json',
      ...this.#options.headers,
      ...authorization,
      ...headers,
    }
    const place = `${method} ${path.replace(/\?.*/s, '').replaceAll(/[^/]*[\d%][^/]*/g, '*')}`
    const hangs = this.#hangs.get(place) ?? 0
    if (this.#pulse.end !== undefined) throw new NoAnswer(this.#pulse.end, 'unsure')
    if (this.limits.isClosed(place))
      throw new NoAnswer(`${place}: not called again, because Retry-After is later than the run waits`, 'unsure')
    if (hangs >= mostHangs)
      throw new NoAnswer(`${method} ${url}: not called again, because ${hangs} calls hung`, 'unsure')
    const longest = this.#hangs.size === 0 ? longestCall : Math.min(longestCall, shortestCall)
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
    const answer = await sendOnce()
      .then((first) => (first.status === 429 ? this.limits.retry(place, curl(), first, sendOnce) : first))
      .catch(async (error: Error) => {
        if (error instanceof TimeOver) throw error
        const said = `${method} ${url}: ${error.message}`
        await this.#pulse.check(what, curl())
        if (!(error instanceof TookTooLong)) throw new NoAnswer(said, this.isGone ? 'unsure' : 'failed')
        this.#hangs.set(place, hangs + 1)
        throw new NoAnswer(said, longest === longestCall ? 'too slow' : 'unsure')
      })
    return {
      ...answer,
      method,
      url,
      milliseconds,
      get curl() {
        return curl()
      },
    }
  }

  /** Sends a request. Undefined where there is no answer. */
  async attempt(request: RequestInput): Promise<Exchange | undefined> {
    return this.send(request).catch((error) => {
      if (!(error instanceof NoAnswer)) throw error
      return undefined
    })
  }
}
