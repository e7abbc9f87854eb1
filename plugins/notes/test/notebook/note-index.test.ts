import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNotebook } from './notebook.ts'

const { notes } = await openNotebook()

const add = (owner: string, title: string, text = '', tags: string[] = []) => notes.add(owner, { title, text, tags })
const find = async (owner: string, query: string, limit = 50, offset = 0) =>
  (await notes.search(owner, query, limit, offset)).results.map(({ title }) => title)

test('exact words come before partial words; in each, title matches before tags before text, newest first', async () => {
  await add('order', 'Text, partial', 'walruses')
  await add('order', 'Text, older', 'a walrus')
  await add('order', 'Text', 'the walrus')
  await add('order', 'Tag', '', ['walrus'])
  await add('order', 'The walrus')
  await add('order', 'Walruses, partial')
  assert.deepEqual(await find('order', 'walrus'), [
    'The walrus',
    'Tag',
    'Text',
    'Text, older',
    'Walruses, partial',
    'Text, partial',
  ])
})

test('a note must contain all the words, in any of its parts', async () => {
  await add('words', 'Milk', 'and bread', ['shopping'])
  await add('words', 'Milk')
  assert.deepEqual(await find('words', 'bread milk shopping'), ['Milk'])
  assert.deepEqual(await find('words', 'milk walrus'), [])
  assert.deepEqual(await find('words', '"'), [], 'a query without words finds nothing')
})

test('results come in pages that neither lose nor repeat', async () => {
  await notes.addAll(
    'pages',
    Array.from({ length: 25 }, (_, index) => ({ title: `Tea ${index}`, text: '', tags: [] })),
  )
  const seen: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: Awaited<ReturnType<typeof notes.search>> = await notes.search('pages', 'tea', 10, offset)
    seen.push(...page.results.map(({ title }) => title))
    offset = page.nextOffset
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 25 }, (_, index) => `Tea ${24 - index}`),
  )
  assert.equal((await notes.search('pages', 'tea', 25, 0)).nextOffset, undefined, 'a full last page has no next page')
})

test('Chinese text is found without spaces between its words', async () => {
  await add('chinese', '图书馆', '星期天开门')
  assert.deepEqual(await find('chinese', '星期天'), ['图书馆'])
  assert.deepEqual(await find('chinese', '图书'), ['图书馆'])
  assert.deepEqual(await find('chinese', '门开'), [])
})

test('the same words in notes of two users are found by each in their own notes', async () => {
  await add('ada', 'Mine', 'canary')
  await add('bob', 'His', 'canary', ['canary'])
  assert.deepEqual(await find('ada', 'canary'), ['Mine'])
  assert.deepEqual(await find('bob', 'canary'), ['His'])
})

test('a snippet shows the matching part of the text', async () => {
  await add('snippet', 'Hay', `${'straw '.repeat(200)}needle ${'straw '.repeat(200)}`)
  const [found] = (await notes.search('snippet', 'needle', 1, 0)).results
  assert.match(found?.snippet ?? '', /^….*needle.*…$/)
})
