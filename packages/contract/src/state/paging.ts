import { type CallValues, valueAt, withValue } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import type { Exchange } from '../calls/client.ts'
import { ordinaryValues } from '../calls/ordinary.ts'
import { asObject, type Input, type SpecOperation } from '../spec/spec.ts'
import { isSearch } from './resource.ts'
import { idOf, itemsOf } from './things.ts'

/** The inputs of a list that say which part of it is wanted. */
export interface Paging {
  limit: Input | undefined
  /** A number of items to leave out. */
  offset: Input | undefined
  page: Input | undefined
  /** A text that only an earlier answer can give. */
  cursor: Input | undefined
}

const isNumber = ({ schema }: Input): boolean =>
  [schema.type].flat().some((one) => one === 'integer' || one === 'number')
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')

export function pagingOf({ inputs }: SpecOperation): Paging {
  const find = (names: RegExp, mustBeNumber: boolean) =>
    inputs.find((one) => one.place === 'query' && names.test(plain(one.name)) && (!mustBeNumber || isNumber(one)))
  return {
    limit: find(/^(limit|pagelimit|perpage|pagesize|size|count|first|maxresults|maxitems|top|take)$/, true),
    offset: find(/^(offset|pageoffset|skip|start|startindex|from)$/, true),
    page: find(/^(page|pagenumber|pageno|p)$/, true),
    cursor: find(
      /^(cursor|pagecursor|pagetoken|nexttoken|continuation(token)?|marker|after|pageafter|startingafter|sinceid|lastid|token)$/,
      false,
    ),
  }
}

const isPaging = (paging: Paging, { name }: Input): boolean =>
  Object.values(paging).some((one) => (one as Input | undefined)?.name === name)

/** The least that a list takes. Undefined where it needs something that narrows it. */
export function wholeList(run: CheckRun, operation: SpecOperation, path: CallValues['path']): CallValues | undefined {
  const made = ordinaryValues(run, operation, { all: false })
  if (!made) return undefined
  const values: CallValues = { ...made, path: { ...made.path, ...path }, query: {} }
  let whole = values
  for (const input of operation.inputs) {
    const value = valueAt(made, input)
    if (input.place !== 'query' || value === undefined || !input.required) continue
    whole = withValue(whole, input, value)
  }
  return whole
}

/** Whether a list has a required input that narrows it, other than a search. */
export const isNarrowed = (operation: SpecOperation): boolean =>
  operation.inputs.some(
    (input) =>
      input.place === 'query' && input.required && !isPaging(pagingOf(operation), input) && !isSearch(input.name),
  )

export interface Page {
  exchange: Exchange
  values: CallValues
  items: unknown[]
  /** How the next page is asked for. Undefined after the last page. */
  next: CallValues | undefined
  /** Whether the answer itself says whether there is a next page. */
  isMarked: boolean
}

/** One page, and how the next one is asked for. Undefined where it is not answered with a list. */
export async function readPage(run: CheckRun, operation: SpecOperation, values: CallValues): Promise<Page | undefined> {
  const exchange = await call(run, operation, values)
  const items = exchange && exchange.status < 300 ? itemsOf(exchange.json) : undefined
  if (!exchange || !items) return undefined
  const marked = nextByMark(run, operation, values, exchange, items)
  if (marked) return { exchange, values, items, next: marked.next, isMarked: true }
  return { exchange, values, items, next: nextByCount(operation, values, items), isMarked: false }
}

/** `next_cursor`, `links.next`, `has_more`, and the header Link. */
function nextByMark(
  run: CheckRun,
  operation: SpecOperation,
  values: CallValues,
  { json, headers }: Exchange,
  items: readonly unknown[],
): { next: CallValues | undefined } | undefined {
  const link = [headers.link].flat().join(', ')
  if (/rel="?(next|prev|first|last)/.test(link)) {
    const url = /<([^>]*)>\s*;[^<]*rel="?[^"<]*\bnext\b/.exec(link)?.[1]
    return { next: url === undefined ? undefined : byUrl(operation, values, url) }
  }
  if (Array.isArray(json)) return undefined
  const top = asObject(json)
  const levels = ['', 'meta', 'pagination', 'paging', 'page', 'links', '_links', 'page_info', 'pageInfo', 'cursors']
  for (const level of levels) {
    const node = level === '' ? top : asObject(top[level])
    for (const [name, value] of Object.entries(node)) {
      if (!/^(next|end_?cursor|continuation)/i.test(name) || Array.isArray(value)) continue
      const target = asObject(value).href ?? value
      if (target === null || target === '' || target === false || typeof target === 'object') return { next: undefined }
      if (typeof target === 'string' && /^(https?:|\/|\?)/.test(target))
        return { next: byUrl(operation, values, target) }
      if (target === true) continue
      return { next: byValue(run, operation, values, name, target) }
    }
    const more = Object.entries(node).find(([name]) => /^has_?(more|next)(_?page)?$/i.test(name))
    if (more && typeof more[1] === 'boolean') {
      const { cursor } = pagingOf(operation)
      const last = idOf(items.at(-1), undefined, '')
      if (more[1] && cursor && /starting_?after|since_?id|last_?id/i.test(cursor.name) && last !== undefined)
        return { next: withValue(values, cursor, last) }
      if (!more[1]) return { next: undefined }
    }
  }
  return undefined
}

/** Takes over the query of the URL of the next page. */
function byUrl(operation: SpecOperation, values: CallValues, url: string): CallValues | undefined {
  const parsed = URL.parse(url, 'http://localhost/')
  if (!parsed) return undefined
  let next: CallValues = { ...values, query: {} }
  for (const input of operation.inputs) {
    if (input.place !== 'query') continue
    const texts = parsed.searchParams.getAll(input.wireName)
    const [text] = texts
    if (text === undefined) continue
    const isList = [input.schema.type].flat().includes('array')
    next = withValue(next, input, isList ? texts : isNumber(input) ? Number(text) : text)
  }
  return next
}

function byValue(
  run: CheckRun,
  operation: SpecOperation,
  values: CallValues,
  name: string,
  value: unknown,
): CallValues | undefined {
  const { limit: _, ...marks } = pagingOf(operation)
  const inputs = Object.values(marks).filter((one) => one !== undefined)
  const wanted = plain(name).replace(/^next/, '')
  const named = inputs.find((one) => wanted !== '' && plain(one.name).includes(wanted))
  const input = named ?? inputs.find((one) => run.values.fits(one.schema, value)) ?? inputs[0]
  return input && withValue(values, input, value)
}

/** Where the answer says nothing, the place in the list is counted. */
function nextByCount(operation: SpecOperation, values: CallValues, items: readonly unknown[]): CallValues | undefined {
  const { limit, offset, page } = pagingOf(operation)
  if (items.length === 0) return undefined
  const size = limit && valueAt(values, limit)
  if (typeof size === 'number' && items.length < size) return undefined
  if (offset) return withValue(values, offset, Number(valueAt(values, offset) ?? 0) + items.length)
  if (!page) return undefined
  const first = Number(page.schema.default ?? page.schema.minimum ?? 1)
  return withValue(values, page, Number(valueAt(values, page) ?? first) + 1)
}

export interface WholeList {
  items: unknown[]
  pages: Page[]
  /** Whether the last page was reached. */
  isWhole: boolean
}

const mostPages = 25

/**
 * Reads a list to its end, in pages as large as the spec allows.
 * @param isFound ends it sooner
 */
export async function readList(
  run: CheckRun,
  operation: SpecOperation,
  values: CallValues,
  isFound: (items: readonly unknown[]) => boolean = () => false,
): Promise<WholeList | undefined> {
  const { limit } = pagingOf(operation)
  const most = limit && [limit.schema.maximum, 100].map(Number).find((one) => one <= 100)
  const large =
    limit && most !== undefined && valueAt(values, limit) === undefined && run.values.fits(limit.schema, most)
      ? withValue(values, limit, most)
      : values
  const pages: Page[] = []
  const items: unknown[] = []
  for (let next: CallValues | undefined = large; next && pages.length < mostPages; ) {
    const page: Page | undefined = await readPage(run, operation, next)
    if (!page) return pages.length === 0 ? undefined : { items, pages, isWhole: false }
    pages.push(page)
    items.push(...page.items)
    if (isFound(page.items)) return { items, pages, isWhole: false }
    next = page.next
    // A mark that leads back has been reported by the check of the pages.
    if (next && pages.some((one) => JSON.stringify(one.values) === JSON.stringify(next)))
      return { items, pages, isWhole: false }
    // Where counting goes on and nothing new comes, the server ignores the place.
    const before = pages.at(-2)
    if (before && !page.isMarked && JSON.stringify(before.items) === JSON.stringify(page.items))
      return { items: items.slice(0, -page.items.length), pages, isWhole: true }
  }
  return { items, pages, isWhole: pages.at(-1)?.next === undefined }
}
