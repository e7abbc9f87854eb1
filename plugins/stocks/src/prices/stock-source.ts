export const ranges = ['1mo', '3mo', '6mo', '1y', '5y', 'max'] as const
export const intervals = ['1d', '1wk', '1mo'] as const
export type Range = (typeof ranges)[number]
export type Interval = (typeof intervals)[number]

export interface Quote {
  symbol: string
  name: string
  currency: string
  price: number
  /** The price one trading day earlier, or one interval earlier if the source has no daily prices. */
  previousPrice?: number | undefined
  /** The time of the price in ISO 8601, or its month if the source knows no more. */
  time: string
}

export interface Match {
  symbol: string
  name: string
  exchange?: string | undefined
}

export interface History {
  currency: string
  /** What the source has, which may differ from the requested interval. */
  interval: Interval
  /** The date is a day, or a month if the source knows no more. */
  points: { date: string; close: number }[]
}

/** Where prices come from. To add your own source, implement this in one file. */
export interface StockSource {
  /** Tells people where the prices come from, and whether they are a sample. */
  readonly name: string
  /** The newest time in a sample, in ISO 8601; undefined if prices are live. */
  readonly asOf?: string
  /** The most symbols in one request. */
  readonly mostSymbols: number
  /**
   * Leaves out unknown symbols.
   * @throws SourceError, as the other methods do
   */
  quotes(symbols: readonly string[]): Promise<Quote[]>
  search(query: string): Promise<Match[]>
  /** Returns undefined if the symbol is unknown. */
  history(symbol: string, range: Range, interval: Interval): Promise<History | undefined>
}

/** The source is not responding (503), or sent an unexpected response (502). */
export class SourceError extends Error {
  override readonly name = 'SourceError'
  readonly status: 502 | 503
  /** In seconds. */
  readonly retryAfter: number

  constructor(status: 502 | 503, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, { cause: options.cause })
    this.status = status
    this.retryAfter = options.retryAfter ?? 30
  }
}
