import { setTimeout as sleep } from 'node:timers/promises'
import type { Interval, StockSource } from '../src/prices/stock-source.ts'

/** A source that responds slowly, records its requests, and fails when it is told to. */
export function createSlowSource() {
  const calls: string[] = []
  const state = { error: undefined as Error | undefined, points: 3, interval: '1d' as Interval, delay: 20 }
  const answer = async <Value>(call: string, value: Value): Promise<Value> => {
    calls.push(call)
    await sleep(state.delay)
    if (state.error) throw state.error
    return value
  }
  const source: StockSource = {
    name: 'live: a test',
    mostSymbols: 5,
    quotes: (symbols) =>
      answer(
        `quotes ${symbols}`,
        symbols
          .filter((symbol) => symbol !== 'NOPE')
          .map((symbol) => ({ symbol, name: symbol, currency: 'USD', price: 1, time: '2026-01-01T00:00:00.000Z' })),
      ),
    search: (query) => answer(`search ${query}`, [{ symbol: query, name: query }]),
    history: (symbol) =>
      answer(`history ${symbol}`, {
        currency: 'USD',
        interval: state.interval,
        points: Array.from({ length: state.points }, () => ({ date: '2026-01-01', close: 1 })),
      }),
  }
  return { source, calls, state }
}
