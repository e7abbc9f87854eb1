import { type Fetch, guardedFetch } from '@reference-plugins/guarded-fetch'
import type { StepExchange } from '../wire.ts'

const longestShown = 2_000
/** ChatGPT's limit for a manifest or a spec, in milliseconds. */
const longestFetch = 15_000
const mostBytes = 5 * 2 ** 20

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
  async fetch(url: string, { method = 'GET', headers = {}, redirects = 0 }: FetchOptions = {}): Promise<Fetched> {
    const start = performance.now()
    const exchange: StepExchange = { method, url, milliseconds: 0 }
    this.exchanges.push(exchange)
    try {
      const { allowLoopback, signal } = this.#options
      const answer = await guardedFetch(url, {
        method,
        headers: {
          accept: 'application/json, application/yaml, text/yaml, */*;q=0.5',
          'user-agent': 'reference-plugins-host',
          ...headers,
        },
        redirects,
        allowLoopback,
        signal,
        maximumBytes: mostBytes,
        timeout: this.#options.longestFetch ?? longestFetch,
      })
      // Keeps a BOM: the reader reports it.
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(answer.body)
      exchange.status = answer.status
      exchange.headers = Object.fromEntries(answer.headers)
      exchange.body = text.slice(0, longestShown).toWellFormed()
      return { status: answer.status, headers: answer.headers, url: answer.url, text }
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
