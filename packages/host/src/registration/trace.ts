import { type Fetch, type GuardedFetchOptions, guardedFetch, guardedFetcher } from '@reference-plugins/guarded-fetch'
import type { StepExchange } from '../wire.ts'

const longestShown = 2_000
/** ChatGPT's limit for a manifest or a spec, in milliseconds. */
const defaultLimit = 15_000
const mostBytes = 5 * 2 ** 20

/** In milliseconds. */
const longestFirstEvent = 2_000

export interface Fetched {
  status: number
  headers: Headers
  url: string
  text: string
}

export interface TraceOptions {
  allowLoopback: boolean
  signal: AbortSignal
  /** In milliseconds. */
  longestFetch?: number
}

export interface FetchOptions {
  method?: string
  headers?: Record<string, string>
  redirects?: number
}

/** Fetches documents, and records for the developer what was sent and what came. */
export class Trace {
  readonly #options: TraceOptions
  /** Those of the current step. */
  exchanges: StepExchange[] = []

  constructor(options: TraceOptions) {
    this.#options = options
  }

  /** @throws FetchRefused; FetchFailed */
  fetch(url: string, { method = 'GET', headers = {}, redirects = 0 }: FetchOptions = {}): Promise<Fetched> {
    return this.#record(method, url, async (options) => {
      const answer = await guardedFetch(url, {
        ...options,
        method,
        headers: {
          accept: 'application/json, application/yaml, text/yaml, */*;q=0.5',
          'user-agent': 'reference-plugins-host',
          ...headers,
        },
        redirects,
      })
      // Keeps a BOM: the reader reports it.
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(answer.body)
      return { status: answer.status, headers: answer.headers, url: answer.url, text }
    })
  }

  /**
   * Asks for a stream of events, and reads its first event if it comes soon: such a stream need not end.
   * @throws FetchRefused; FetchFailed
   */
  fetchFirstEvent(url: string): Promise<Fetched> {
    return this.#record('GET', url, async (options) => {
      const headers = { accept: 'text/event-stream', 'user-agent': 'reference-plugins-host' }
      const answer = await guardedFetcher({ ...options, redirects: 0 })(url, { headers })
      return { status: answer.status, headers: answer.headers, url, text: await firstEventOf(answer) }
    })
  }

  async #record(
    method: string,
    url: string,
    work: (
      options: Pick<GuardedFetchOptions, 'allowLoopback' | 'signal' | 'maximumBytes' | 'timeout'>,
    ) => Promise<Fetched>,
  ): Promise<Fetched> {
    const start = performance.now()
    const exchange: StepExchange = { method, url, milliseconds: 0 }
    this.exchanges.push(exchange)
    const { allowLoopback, signal, longestFetch: timeout = defaultLimit } = this.#options
    try {
      const fetched = await work({ allowLoopback, signal, maximumBytes: mostBytes, timeout })
      exchange.status = fetched.status
      exchange.headers = Object.fromEntries(fetched.headers)
      exchange.body = fetched.text.slice(0, longestShown).toWellFormed()
      return fetched
    } catch (error) {
      exchange.error = (error as Error).message
      throw error
    } finally {
      exchange.milliseconds = performance.now() - start
    }
  }

  /** The same with the signature of `fetch`. */
  asFetch(): Fetch {
    return async (url, init = {}) => {
      const { status, headers, text } = await this.fetch(String(url), {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers ?? {})),
      })
      return new Response([204, 304].includes(status) ? null : text, { status, headers: new Headers([...headers]) })
    }
  }
}

/** What a stream sends until its first event has ended or the time is over. */
async function firstEventOf({ body }: Response): Promise<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) return ''
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), longestFirstEvent)
  let text = ''
  try {
    while (!/\r?\n\r?\n/.test(text) && text.length < longestShown) {
      const { done, value } = await reader.read()
      if (done) break
      text += value
    }
  } finally {
    clearTimeout(timer)
    await reader.cancel().catch(() => {})
  }
  return text
}
