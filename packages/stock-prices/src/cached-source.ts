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
/** How old an answer may be before the source is asked again. */
export const ages = { quotes: minute, search: 60 * minute, history: 15 * minute }
const longestStale = 24 * 60 * minute
const pauseAfterTrouble = 10_000
// In prices: a history of forty years of days has ten thousand, about half a megabyte.
const largestCache = 500_000

/** A value with the time at which the source gave it. */
export interface Dated<Value> {
  value: Value
  asOf: string
  /** The source has not answered since. */
  isStale: boolean
}

/**
 * A source that asks less: for each question once, however many ask it at the same time, and not again until the
 * answer is too old. While the source is in trouble, answers of up to a day serve on, and say so.
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

  /** Symbols that are asked for in one turn of the event loop become one request. */
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
  #trouble: SourceError | undefined

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
      // Each question looks at the clock, and not at what it said a moment ago.
      ttlResolution: 0,
      // Who waits for an answer gets it, even if it is pushed out meanwhile.
      ignoreFetchAbort: true,
      // What it answers goes to all who wait, so that each of them is told that it is old.
      fetchMethod: async (key, old, { options }) => {
        try {
          return { value: await this.#askUnlessPaused(key, ask), at: Date.now(), isStale: false }
        } catch (error) {
          if (!old || !(error instanceof SourceError) || Date.now() - old.at > longestStale) throw error
          options.ttl = pauseAfterTrouble
          return { ...old, isStale: true }
        }
      },
    })
  }

  /** Leaves a source that is down alone for a while. One that only dislikes a question still answers others. */
  async #askUnlessPaused(key: string, ask: (key: string) => Promise<Value>): Promise<Value> {
    if (this.#trouble && Date.now() < this.#pauseUntil) throw this.#trouble
    try {
      return await ask(key)
    } catch (error) {
      if (error instanceof SourceError && error.status === 503) {
        this.#pauseUntil = Date.now() + pauseAfterTrouble
        this.#trouble = error
      }
      throw error
    }
  }

  async get(key: string): Promise<Dated<Value>> {
    const entry = await this.#entries.fetch(key)
    if (!entry) throw new SourceError(503, 'There is no answer yet')
    const { value, at, isStale } = entry
    return { value, asOf: this.#sampleTime ?? new Date(at).toISOString(), isStale }
  }
}
