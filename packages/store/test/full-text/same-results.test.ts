import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { wordsOf } from '../../src/full-text/words.ts'
import { openPages, type Page, type Pages } from './pages.ts'

let all: Pages[]
before(async () => {
  all = await openPages()
})
after(() => Promise.all(all.map(({ database }) => database.close())))

// Few different words, so that many texts match, and in scripts of each kind.
const word = fc.oneof(
  fc.constantFrom(
    'a',
    'ab',
    'abc',
    'b',
    'ba',
    'Straße',
    'strass',
    'année',
    'ann',
    'abcdefgh',
    'abcdefghi',
    'abcdefghij',
  ),
  fc.string({ unit: fc.constantFrom('京', '北', '大', 'あ', 'ก', 'c', '1'), minLength: 1, maxLength: 5 }),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
)
const words = (most: number) => fc.array(word, { maxLength: most }).map((some) => some.join(' '))
const page = fc.record({ owner: fc.constantFrom('ada', 'bob'), title: words(3), text: words(8) })

const contains = (text: string, phrase: readonly string[], asBeginning: boolean): boolean => {
  const found = wordsOf(text)
  return found.some((_, start) =>
    phrase.every((one, index) => {
      const candidate = found[start + index]
      const isLast = index === phrase.length - 1
      return candidate === one || (asBeginning && isLast && !isAlone(one) && candidate?.startsWith(one))
    }),
  )
}
const isAlone = (one: string): boolean =>
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(one)

/** What a search must find, without an index. */
function expectedKeys(pages: readonly Page[], owner: string, query: string): number[] {
  const phrases = (query.normalize('NFKD').match(/[\p{L}\p{M}\p{N}\p{Co}]+/gu) ?? [])
    .map(wordsOf)
    .filter(({ length }) => length > 0)
  if (phrases.length === 0) return []
  const places = [
    [false, 'title'],
    [false, 'both'],
    [true, 'title'],
    [true, 'both'],
  ] as const
  const placed = pages
    .filter((one) => one.owner === owner)
    .map(({ key, title, text }) => ({
      key,
      place: places.findIndex(([asBeginning, where]) =>
        phrases.every((phrase) =>
          (where === 'title' ? [title] : [title, text]).some((one) => contains(one, phrase, asBeginning)),
        ),
      ),
    }))
  return placed
    .filter(({ place }) => place >= 0)
    .toSorted((a, b) => a.place - b.place || b.key - a.key)
    .map(({ key }) => key)
}

test('each engine finds what reading every text finds, in the same order', async () => {
  const runs = Number(process.env.FUZZ_DOCUMENTS ?? 60)
  await fc.assert(
    fc.asyncProperty(
      fc.array(page, { maxLength: 12 }),
      fc.array(words(3), { minLength: 1, maxLength: 5 }),
      fc.nat({ max: 3000 }),
      async (some, queries, gap) => {
        // Keys far apart are in different segments of the index.
        const pages = some.map((one, index) => ({ ...one, key: 1 + index * (1 + gap) }))
        for (const one of all) {
          await one.clear()
          await one.put(...pages)
          for (const query of queries)
            for (const owner of ['ada', 'bob']) {
              const expected = expectedKeys(pages, owner, query)
              const message = `${one.database.engine}: ${JSON.stringify(query)}`
              assert.deepEqual(await one.index.search(owner, query, 100), expected, message)
              assert.deepEqual(await one.index.search(owner, query, 2), expected.slice(0, 2), message)
              assert.deepEqual(
                await one.index.newest(owner, query, 3),
                expected.toSorted((a, b) => b - a).slice(0, 3),
                message,
              )
            }
        }
      },
    ),
    { numRuns: runs },
  )
})
