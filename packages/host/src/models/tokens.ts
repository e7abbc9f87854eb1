import { createRequire } from 'node:module'
import { LRUCache } from 'lru-cache'

const require = createRequire(import.meta.url)
/** The tokens of a longer text are estimated from its beginning: a hostile text could keep the tokenizer busy for minutes. */
const longestCounted = 20_000
const known = new LRUCache<string, number>({
  max: 20_000,
  maxSize: 50_000_000,
  sizeCalculation: (_, text) => text.length + 1,
})

/** How many tokens a text takes: exact for OpenAI's newer models (o200k_base), an estimate for others. */
export function countTokens(text: string): number {
  const counted = text.slice(0, longestCounted)
  let tokens = known.get(counted)
  if (tokens === undefined) {
    // Loaded when it is first needed: loading its table takes a quarter of the start of a command.
    const tokenizer: typeof import('gpt-tokenizer/encoding/o200k_base') = require('gpt-tokenizer/encoding/o200k_base')
    tokens = tokenizer.countTokens(counted.toWellFormed(), { allowedSpecial: new Set(), disallowedSpecial: new Set() })
    known.set(counted, tokens)
  }
  return text.length <= longestCounted ? tokens : Math.round((tokens * text.length) / longestCounted)
}
