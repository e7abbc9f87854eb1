import { retryAfterSeconds } from '@reference-plugins/guarded-fetch'
import YahooFinance from 'yahoo-finance2'
import { ExtendedCookieJar } from 'yahoo-finance2/lib/cookieJar'
import { SourceError } from './stock-source.ts'

const longestRequest = 10_000
const crumbPath = '/v1/test/getcrumb'
/** What Yahoo says when it no longer knows the cookie or its crumb, sometimes with another status than 401. */
const endedWords = /invalid (crumb|cookie)|unauthorized/i

/** Yahoo refuses the cookie or the crumb, and may accept new ones. */
class SessionEnded extends Error {
  override readonly name = 'SessionEnded'
}

/** The library with a session at Yahoo: a cookie and a crumb, which it sends with each request. */
export class YahooSession {
  readonly #request: typeof fetch
  #yahoo: InstanceType<typeof YahooFinance>

  /** @param request sends a request; tests replace it */
  constructor(request: typeof fetch) {
    this.#request = request
    this.#yahoo = this.#open()
  }

  /**
   * Runs a call, and if the session has ended, once more with a new one.
   * @throws SourceError, or what the library throws
   */
  async run<Output>(call: (yahoo: InstanceType<typeof YahooFinance>) => Promise<Output>): Promise<Output> {
    const used = this.#yahoo
    try {
      return await call(used)
    } catch (error) {
      if (!isEnded(error)) throw error
      // Another call may have opened a new session already.
      if (this.#yahoo === used) this.#yahoo = this.#open()
    }
    try {
      return await call(this.#yahoo)
    } catch (error) {
      if (!isEnded(error)) throw error
      throw new SourceError(503, 'Yahoo Finance refuses the session', { cause: error })
    }
  }

  #open(): InstanceType<typeof YahooFinance> {
    return new YahooFinance({
      // When a request fails, the library prints its URL, which contains the session. So it must not see the failure.
      fetch: async (input, init) => {
        const signal = AbortSignal.timeout(longestRequest)
        const response = throwIfFailing(await this.#request(input, { ...init, signal }))
        const { hostname, pathname } = new URL(String(input))
        if (pathname === crumbPath) return checkCrumb(response)
        return hostname.startsWith('query') ? checkAnswer(response) : response
      },
      // By default all instances have the same cookies.
      cookieJar: new ExtendedCookieJar(),
      queue: { concurrency: 4 },
      suppressNotices: ['yahooSurvey', 'ripHistorical'],
      versionCheck: false,
      logger: { info() {}, warn() {}, error() {}, debug() {}, dir() {} },
    })
  }
}

const isEnded = (error: unknown): boolean =>
  error instanceof SessionEnded ||
  (error instanceof Error && !(error instanceof SourceError) && endedWords.test(error.message))

/** The page of the crumb may answer 200 with a message instead of a crumb, which has no blanks. The library would keep it. */
async function checkCrumb(response: Response): Promise<Response> {
  const text = await response.text()
  if (/^[\w./\\+=~-]{1,100}$/.test(text.trim())) return new Response(text.trim(), response)
  throw new SourceError(503, 'Yahoo Finance did not open a session')
}

/** Instead of JSON there is a page, or a redirect to one, that asks the visitor to sign in or to consent. */
function checkAnswer(response: Response): Response {
  const { status, headers } = response
  const isPage = status >= 300 || /^text\/html\b/i.test(headers.get('content-type') ?? '')
  if (isPage && status < 400) throw new SessionEnded('Yahoo Finance sent a page')
  return response
}

function throwIfFailing(response: Response): Response {
  const { status, headers } = response
  if (status === 401 || status === 403) throw new SessionEnded(`Yahoo Finance responded with ${status}`)
  if (status !== 429 && status < 500) return response
  const seconds = retryAfterSeconds(headers.get('retry-after')) ?? 30
  const retryAfter = seconds >= 1 && seconds <= 3600 ? seconds : 30
  throw new SourceError(503, `Yahoo Finance responded with ${status}`, { retryAfter })
}
