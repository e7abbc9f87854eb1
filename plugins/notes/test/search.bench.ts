import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { type NewNote, Notes } from '../src/notebook/notes.ts'
import { noteMigrations } from '../src/notebook/tables.ts'

// Compares searches in 1,000 and in 100,000 notes of one user: medians of 200 searches each, run alternately.

const words = [
  'harbour',
  'library',
  'garden',
  'winter',
  'recipe',
  'meeting',
  'travel',
  'budget',
  '牛奶',
  '图书馆',
  'idea',
  'letter',
]
const queries: [name: string, query: string][] = [
  ['a word in ten notes', 'needle'],
  ['a word in one note of five', 'library'],
  ['two words', 'library winter'],
  ['Chinese', '图书'],
  ['the start of a word', 'lib'],
  ['a word in no note', 'walrus'],
]

function makeNotes(count: number): NewNote[] {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const some = (length: number) =>
    Array.from({ length }, () =>
      random() < 0.05 ? words[Math.floor(random() * words.length)] : `w${Math.floor(random() ** 3 * 20_000)}`,
    ).join(' ')
  return Array.from({ length: count }, (_, index) => ({
    title: some(4),
    text: `${some(60)}${index % (count / 10) === 0 ? ' needle' : ''}`,
    tags: [words[index % words.length] as string],
  }))
}

const stores = await Promise.all(
  [1_000, 100_000].map(async (count) => {
    const database = await openDatabase(temporaryDatabase(), noteMigrations)
    const notes = new Notes(database)
    const all = makeNotes(count)
    for (let index = 0; index < all.length; index += 1_000) await notes.addAll('ada', all.slice(index, index + 1_000))
    await notes.addAll('somebody else', makeNotes(1_000))
    return { count, notes, database }
  }),
)

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number

for (const [name, query] of queries) {
  const times = stores.map((): number[] => [])
  const found: number[] = []
  for (let round = 0; round < 220; round++)
    for (const [index, { notes }] of stores.entries()) {
      const start = performance.now()
      const { results } = await notes.search('ada', query, 10, 0)
      // The first rounds warm up.
      if (round >= 20) times[index]?.push(performance.now() - start)
      found[index] = results.length
    }
  const [few, many] = times.map(median) as [number, number]
  console.log(
    `${name.padEnd(30)} ${few.toFixed(2)} ms of 1,000, ${many.toFixed(2)} ms of 100,000: ${(many / few).toFixed(1)} times (${found.join(' and ')} found)`,
  )
}
for (const { database } of stores) await database.close()
