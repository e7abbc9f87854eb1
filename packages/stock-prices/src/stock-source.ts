export const ranges = ['1mo', '3mo', '6mo', '1y', '5y', 'max'] as const
export const intervals = ['1d', '1wk', '1mo'] as const
export type Range = (typeof ranges)[number]
export type Interval = (typeof intervals)[number]

export interface Quote {
  symbol: string
  name: string
  currency: string
  price: number
  /** The price one trading day before, or one interval where the source has no days. */
  previousPrice?: number | undefined
  /** When the price was paid, in ISO 8601: a time, or the month where no more is known. */
  time: string
}

export interface Match {
  symbol: string
  name: string
  exchange?: string | undefined
}

export interface History {
  currency: string
  /** What the source has, where it does not have the one that was asked for. */
  interval: Interval
  /** The date is a day, or a month where no more is known. */
  points: { date: string; close: number }[]
}

/** Where prices come from. A source of one's own is one file with one of these. */
export interface StockSource {
  /** For people: whose prices they are, and that they are a sample where they are one. */
  readonly name: string
  /** The newest time that a sample knows of, in ISO 8601; undefined where prices are live. */
  readonly asOf?: string
  /** How many symbols one request may have. */
  readonly mostSymbols: number
  /** Those that are unknown are left out. Throws SourceError. */
  quotes(symbols: readonly string[]): Promise<Quote[]>
  search(query: string): Promise<Match[]>
  /** Answers undefined where the symbol is unknown. */
  history(symbol: string, range: Range, interval: Interval): Promise<History | undefined>
}

/** The source does not answer (503), or not with what was asked for (502). */
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
