import { LRUCache } from 'lru-cache'
import {
  type History,
  type Interval,
  type Match,
  type Quote,
  type Range,
  SourceError,
  type StockSource,
} from './stock-source.ts'

const minute = 60_000
/** How long a response is reused before the source is asked again, in milliseconds. */
export const ages = { quotes: minute, search: 60 * minute, history: 15 * minute }
const longestStale = 24 * 60 * minute
const pauseAfterFailure = 10_000
// Counted in prices: forty years of daily prices are ten thousand, about half a megabyte.
const largestCache = 500_000

/** A value with the time when the source sent it. */
export interface Dated<Value> {
  value: Value
  asOf: string
  /** True if the source has failed since. */
  isStale: boolean
}

/**
 * Sends fewer requests to a source: callers who ask the same at the same time share one request, and a response is
 * reused until it is too old. While the source fails, responses up to a day old are used and marked as stale.
 */
export class CachedSource {
  readonly #source: StockSource
  readonly #quotes: Cache<Quote | undefined>
  readonly #searches: Cache<Match[]>
  readonly #histories: Cache<History | undefined>
  #waiting = new Map<string, PromiseWithResolvers<Quote | undefined>>()

  constructor(source: StockSource) {
    this.#source = source
    this.#quotes = new Cache(source, ages.quotes, (symbol) => this.#quote(symbol))
    this.#searches = new Cache(source, ages.search, (query) => source.search(query))
    this.#histories = new Cache(
      source,
      ages.history,
      (key) => {
        const [range, interval, symbol] = JSON.parse(key) as [Range, Interval, string]
        return source.history(symbol, range, interval)
      },
      (history) => 1 + (history?.points.length ?? 0),
    )
  }

  get name(): string {
    return this.#source.name
  }

  quotes(symbols: readonly string[]): Promise<Dated<Quote | undefined>[]> {
    return Promise.all(symbols.map((symbol) => this.#quotes.get(symbol)))
  }

  search(query: string): Promise<Dated<Match[]>> {
    return this.#searches.get(query.toLowerCase())
  }

  history(symbol: string, range: Range, interval: Interval): Promise<Dated<History | undefined>> {
    return this.#histories.get(JSON.stringify([range, interval, symbol]))
  }

  /** Symbols that are requested in the same turn of the event loop share one request. */
  #quote(symbol: string): Promise<Quote | undefined> {
    if (this.#waiting.size === 0) setImmediate(() => this.#askForWaiting())
    const waiting = Promise.withResolvers<Quote | undefined>()
    this.#waiting.set(symbol, waiting)
    if (this.#waiting.size === this.#source.mostSymbols) this.#askForWaiting()
    return waiting.promise
  }

  #askForWaiting(): void {
    const waiting = this.#waiting
    this.#waiting = new Map()
    if (waiting.size === 0) return
    this.#source.quotes([...waiting.keys()]).then(
      (quotes) => {
        const bySymbol = new Map(quotes.map((quote) => [quote.symbol, quote]))
        for (const [symbol, { resolve }] of waiting) resolve(bySymbol.get(symbol))
      },
      (error) => {
        for (const { reject } of waiting.values()) reject(error)
      },
    )
  }
}

interface Entry<Value> {
  value: Value
  at: number
  isStale: boolean
}

class Cache<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>
  readonly #sampleTime: string | undefined
  #pauseUntil = 0
  #failure: SourceError | undefined

  constructor(
    { asOf }: StockSource,
    ttl: number,
    ask: (key: string) => Promise<Value>,
    sizeOf: (value: Value) => number = () => 1,
  ) {
    this.#sampleTime = asOf
    this.#entries = new LRUCache<string, Entry<Value>>({
      max: 2_000,
      maxSize: largestCache,
      sizeCalculation: ({ value }) => sizeOf(value),
      ttl,
      // Read the clock on every call instead of reusing its last value.
      ttlResolution: 0,
      // A caller gets the response it waits for, even if the cache evicts it in the meantime.
      ignoreFetchAbort: true,
      // The result goes to every caller that waits, so each of them learns that it is stale.
      fetchMethod: async (key, old, { options }) => {
        try {
          return { value: await this.#askUnlessPaused(key, ask), at: Date.now(), isStale: false }
        } catch (error) {
          if (!old || !(error instanceof SourceError) || Date.now() - old.at > longestStale) throw error
          options.ttl = pauseAfterFailure
          return { ...old, isStale: true }
        }
      },
    })
  }

  /** Pauses after a 503, because the source is down. After a 502 it still answers other requests. */
  async #askUnlessPaused(key: string, ask: (key: string) => Promise<Value>): Promise<Value> {
    if (this.#failure && Date.now() < this.#pauseUntil) throw this.#failure
    try {
      return await ask(key)
    } catch (error) {
      if (error instanceof SourceError && error.status === 503) {
        this.#pauseUntil = Date.now() + pauseAfterFailure
        this.#failure = error
      }
      throw error
    }
  }

  async get(key: string): Promise<Dated<Value>> {
    const entry = await this.#entries.fetch(key)
    if (!entry) throw new SourceError(503, 'The source has not responded yet')
    const { value, at, isStale } = entry
    return { value, asOf: this.#sampleTime ?? new Date(at).toISOString(), isStale }
  }
}
