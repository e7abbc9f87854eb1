import { z } from 'zod'
import { longestAnswer } from './run.ts'

// Leaves room for the other members of an answer.
const longestItems = longestAnswer - 5_000
const chunk = 250

/** The inputs of an operation that pages. */
export const pageInput = {
  limit: z.int().min(1).max(1000).optional().describe('How many items at most; without it, as many as fit'),
  offset: z.int().min(0).default(0).describe('How many items to pass over: 0, or the nextOffset of the page before'),
}

/** The outputs of an operation that pages, besides its items. */
export const pageOutput = {
  nextOffset: z.int().optional().describe('The offset of the next page, only if there is one'),
}

export interface PageRequest {
  offset: number
  limit?: number | undefined
}

export interface Page<Item> {
  items: Item[]
  /** Only where there are more items: the offset of the next page. */
  nextOffset?: number
}

/**
 * Reads items until `limit`, the end of the list or the longest answer is reached, so that every list can be answered.
 * `read` receives an offset and the most items to read from there.
 * @throws Error if a single item is longer than the longest answer
 */
export async function readPage<Item>(
  { offset, limit = Number.POSITIVE_INFINITY }: PageRequest,
  read: (offset: number, count: number) => Promise<Item[]>,
): Promise<Page<Item>> {
  const items: Item[] = []
  let characters = 0
  for (;;) {
    const count = Math.min(chunk, limit - items.length + 1)
    const found = await read(offset + items.length, count)
    if (found.length < count && characters + JSON.stringify(found).length < longestItems)
      return { items: items.length === 0 ? found : [...items, ...found] }
    for (const item of found) {
      characters += JSON.stringify(item).length + 1
      if (items.length === 0 && characters > longestItems)
        throw new Error(`the item at ${offset} is longer than the longest answer: shorten items before you page them`)
      if (items.length === limit || characters > longestItems) return { items, nextOffset: offset + items.length }
      items.push(item)
    }
    if (found.length < count) return { items }
  }
}
