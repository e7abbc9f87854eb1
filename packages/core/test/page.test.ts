import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { longestAnswer, type Page, type PageRequest, readPage } from '../src/index.ts'

const pageOf = (list: readonly string[], request: PageRequest) =>
  readPage(request, async (offset, count) => list.slice(offset, offset + count))

async function follow(list: readonly string[], limit?: number): Promise<Page<string>[]> {
  const pages: Page<string>[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page: Page<string> = await pageOf(list, { offset, limit })
    pages.push(page)
    assert.ok(page.nextOffset === undefined || page.nextOffset > offset, 'the next page is another one')
    offset = page.nextOffset
  }
  return pages
}

test('a caller that follows the pages gets each item once, and no page is longer than an answer', async () => {
  const item = fc.oneof(
    fc.constantFrom('', 'milk', '"'.repeat(9_000), '🥛'.repeat(4_000)),
    fc.string({ maxLength: 20_000 }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { maxLength: 40, size: 'max' }),
      fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      async (list, limit) => {
        const pages = await follow(list, limit)
        assert.deepEqual(
          pages.flatMap(({ items }) => items),
          list,
        )
        for (const { items } of pages) {
          assert.ok(items.length <= (limit ?? Number.POSITIVE_INFINITY))
          assert.ok(JSON.stringify(items).length < longestAnswer)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a long list of short texts is read in several steps', async () => {
  const list = Array.from({ length: 2_000 }, (_, index) => `${index}`.padEnd(500))
  const pages = await follow(list)
  assert.deepEqual(
    pages.flatMap(({ items }) => items),
    list,
  )
  for (const { items, nextOffset } of pages) {
    const { length } = JSON.stringify(items)
    assert.ok(length < longestAnswer)
    assert.ok(nextOffset === undefined || length > longestAnswer / 2, 'a page is as full as it can be')
  }
})

test('a page ends at its limit, even if many items are read at once', async () => {
  for (const length of [0, 1, 249, 250, 251, 499, 500, 501, 1000, 1001]) {
    const list = Array.from({ length }, (_, index) => String(index))
    for (const limit of [1, 249, 250, 251, 1000]) {
      const page = await pageOf(list, { offset: 0, limit })
      assert.deepEqual(page.items, list.slice(0, limit))
      assert.equal(page.nextOffset, length > limit ? limit : undefined, `${length} items, limit ${limit}`)
    }
  }
})

test('after the end comes one empty page', async () => {
  assert.deepEqual(await pageOf(['a'], { offset: 5 }), { items: [] })
})

test('an item that is too long for any answer does not make the caller loop', async () => {
  const list = ['a', 'x'.repeat(96_000), 'b']
  const ended = await follow(list).then(
    (pages) => pages.length <= list.length,
    (error: Error) => !(error instanceof assert.AssertionError),
  )
  assert.ok(ended)
})
