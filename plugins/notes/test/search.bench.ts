import { parseArgs } from 'node:util'
import { type Database, type Migrations, openDatabase } from '@reference-plugins/store'
import { temporaryDatabase, temporaryFolder } from '@reference-plugins/testing/temporary'
import { NoteIndex } from '../src/notebook/note-index.ts'
import { Notes } from '../src/notebook/notes.ts'
import { noteMigrations } from '../src/notebook/tables.ts'

// Compares searches in few and in many notes of one user, next to notes of another user, on SQLite and, where the variable
// POSTGRES is set, on Postgres: `--few 10000 --many 1000000`. Writing a million notes takes many minutes.

const { values } = parseArgs({
  options: {
    few: { type: 'string', default: '10000' },
    many: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
})
const sizes = [Number(values.few), Number(values.many)] as const
const rounds = 200
// A sample is the fastest of some searches, so that it does not measure what else the machine does.
const searches = 3
const at = '2026-01-01T00:00:00.000Z'

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
  ['a word in one note of a thousand', 'seldom'],
  ['two words', 'library winter'],
  ['Chinese, two characters', '图书'],
  ['Chinese, three characters', '图书馆'],
  ['the beginning of a word: 3 letters', 'lib'],
  ['the beginning of a word: 1 letter', 'l'],
  ['the beginning of a word: 6 letters', 'librar'],
  ['a word in no note', 'walrus'],
]

let seed = 1
const random = () => {
  seed = (seed * 48_271) % 2_147_483_647
  return seed / 2_147_483_647
}
const some = (length: number) =>
  Array.from({ length }, () =>
    random() < 0.05 ? words[Math.floor(random() * words.length)] : `w${Math.floor(random() ** 3 * 20_000)}`,
  ).join(' ')

const toNote = (number: number) => {
  const text = `${some(25)}${number % 1000 === 500 ? ' seldom' : ''}`
  return { title: some(4), text, tags: JSON.stringify([words[number % words.length]]) }
}

type Write = (note: { key: number; title: string; text: string; tags: string }) => Promise<void>

/** Writes notes as the plugin does, but many in one transaction. */
async function writeNotes(database: Database, owner: string, work: (write: Write) => Promise<unknown>): Promise<void> {
  const index = new NoteIndex(database)
  await database.transaction((transaction) =>
    work(async ({ key, title, text, tags }) => {
      await transaction.run`DELETE FROM note WHERE owner = ${owner} AND key = ${key}`
      await transaction.run`
        INSERT INTO note (key, id, owner, title, text, tags, version, created_at, updated_at)
        VALUES (${key}, ${`id${key}`}, ${owner}, ${title}, ${text}, ${tags}, 1, ${at}, ${at})`
      await index.put(transaction, { key, owner, title, text, tags })
    }).then(() => undefined),
  )
}

async function addNotes(database: Database, owner: string, first: number, count: number): Promise<void> {
  const most = 250
  for (let from = 0; from < count; from += most)
    await writeNotes(database, owner, (write) =>
      Promise.all(
        Array.from({ length: Math.min(most, count - from) }, (_, offset) =>
          write({ key: first + from + offset, ...toNote(from + offset) }),
        ),
      ),
    )
}

const first = 1_001

/** Postgres copies the first notes by itself, and indexes them at once, which takes less time. */
const copies = (few: number, many: number): Migrations => ({
  'bench: copy': `
    DROP INDEX note_text_tokens;
    INSERT INTO note (key, id, owner, title, text, tags, version, created_at, updated_at)
    SELECT key + copy * ${few}, id || '-' || copy, owner, title, text, tags, version, created_at, updated_at
    FROM generate_series(1, ${many / few - 1}) copy, note WHERE owner = 'ada' ORDER BY copy, key;
    INSERT INTO note_text (owner, key, tokens)
    SELECT owner, place, tokens[1:cardinality(tokens) - 5] ||
      ARRAY(SELECT owner || 's' || (1 << bits) || 'x' || (place >> bits) FROM unnest(ARRAY[10, 15, 20, 25, 30]) bits)
    FROM (
      SELECT t.owner, t.tokens, t.key + copy * ${few} AS place
      FROM generate_series(1, ${many / few - 1}) copy, note_text t WHERE t.key >= ${first} ORDER BY copy, t.key
    ) copied;
    CREATE INDEX note_text_tokens ON note_text USING gin (tokens) WITH (fastupdate = off);
    ANALYZE;`,
})

async function open(url: string, count: number) {
  const isCopied = url.startsWith('postgres') && count > sizes[0]
  let database = await openDatabase(url, noteMigrations)
  await addNotes(database, 'somebody else', 1, 1_000)
  await addNotes(database, 'ada', first, isCopied ? sizes[0] : count)
  if (isCopied) {
    await database.close()
    database = await openDatabase(url, { ...noteMigrations, ...copies(sizes[0], count) })
  }
  await writeNotes(database, 'ada', async (write) => {
    for (let needle = 0; needle < 10; needle++)
      await write({ key: first + Math.floor((needle * count) / 10), title: 'needle', text: some(25), tags: '[]' })
  })
  return { database, notes: new Notes(database) }
}

const share = (times: number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] as number

async function compare(engine: string, urls: readonly [string, string]): Promise<void> {
  const stores = [await open(urls[0], sizes[0]), await open(urls[1], sizes[1])]
  console.log(`\n${engine}: ${sizes[0].toLocaleString('en')} and ${sizes[1].toLocaleString('en')} notes of one user\n`)
  console.log('| query | p50 of few | p50 of many | times | p95 of few | p95 of many | times |')
  console.log('| ----- | ---------: | ----------: | ----: | ---------: | ----------: | ----: |')
  const all: number[][] = [[], []]
  for (const [name, query] of queries) {
    const times: number[][] = [[], []]
    for (let round = 0; round < rounds + 20; round++)
      for (const [index, { notes }] of stores.entries()) {
        let fastest = Number.POSITIVE_INFINITY
        for (let count = 0; count < searches; count++) {
          const start = performance.now()
          await notes.search('ada', query, 10, 0)
          fastest = Math.min(fastest, performance.now() - start)
        }
        // The first rounds warm up.
        if (round >= 20) times[index]?.push(fastest)
      }
    for (const [index, own] of times.entries()) all[index]?.push(...own)
    console.log(toRow(name, times))
  }
  console.log(toRow('all', all))
  for (const { database } of stores) await database.close()
}

function toRow(name: string, [few = [], many = []]: number[][]): string {
  const cells = [0.5, 0.95].flatMap((part) => {
    const [one, other] = [share(few, part), share(many, part)]
    return [`${one.toFixed(2)} ms`, `${other.toFixed(2)} ms`, (other / one).toFixed(1)]
  })
  return `| ${[name, ...cells].join(' | ')} |`
}

const file = () => `file:${temporaryFolder('disk')}/notes.sqlite`
if (values.only !== 'postgres') await compare('SQLite', [file(), file()])
if (process.env.POSTGRES && values.only !== 'sqlite')
  await compare('Postgres', [temporaryDatabase(), temporaryDatabase()])
