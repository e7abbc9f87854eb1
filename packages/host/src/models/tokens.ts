import { createRequire } from 'node:module'
import { LRUCache } from 'lru-cache'

const require = createRequire(import.meta.url)
/** What is longer is estimated from its beginning: a text that is made for it would take the tokenizer minutes. */
const longestCounted = 20_000
const known = new LRUCache<string, number>({
  max: 20_000,
  maxSize: 50_000_000,
  sizeCalculation: (_, text) => text.length + 1,
})

/** How many tokens a text costs: exact for OpenAI's newer models (o200k_base), an estimate for others. */
export function countTokens(text: string): number {
  const counted = text.slice(0, longestCounted)
  let tokens = known.get(counted)
  if (tokens === undefined) {
    // Loaded by the first who counts: its table takes over a quarter of the time in which a command starts.
    const tokenizer: typeof import('gpt-tokenizer/encoding/o200k_base') = require('gpt-tokenizer/encoding/o200k_base')
    tokens = tokenizer.countTokens(counted.toWellFormed(), { allowedSpecial: new Set(), disallowedSpecial: new Set() })
    known.set(counted, tokens)
  }
  return text.length <= longestCounted ? tokens : Math.round((tokens * text.length) / longestCounted)
}
