import type { ScriptedCall } from '@reference-plugins/testing'

/** Every operation, called with valid and invalid input. */
export const script: ScriptedCall[] = [
  { operation: 'searchSymbols', input: { query: 'app' } },
  { operation: 'searchSymbols', input: { query: 'app', limit: 21 }, refused: 400 },
  { operation: 'getQuotes', input: { symbols: ['AAPL', 'msft', 'NOTHING'] } },
  { operation: 'getQuotes', input: { symbols: Array.from({ length: 21 }, () => 'AAPL') }, refused: 400 },
  { operation: 'getHistory', input: { symbol: 'AAPL', range: '1y', interval: '1mo' } },
  { operation: 'getHistory', input: { symbol: 'AAPL' } },
  { operation: 'getHistory', input: { symbol: 'NOTHING' }, refused: 404 },
  { operation: 'getHistory', input: { symbol: 'AAPL', range: '2d' }, refused: 400 },
]
