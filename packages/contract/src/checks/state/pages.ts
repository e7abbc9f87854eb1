import { type CallValues, withValue } from '../../calls/call-values.ts'
import type { CheckRun } from '../../calls/check-run.ts'
import { asObject, type SpecOperation } from '../../spec/spec.ts'
import { isNarrowed, type Page, pagingOf, readList, readPage, wholeList } from '../../state/paging.ts'
import { idOf, idText, totalOf } from '../../state/things.ts'
import { checkTotal } from './filters.ts'

const mostPages = 12

/** A client that follows the pages gets each item once, and comes to an end. */
export async function checkPages(run: CheckRun, list: SpecOperation, path: CallValues['path']): Promise<void> {
  const { report } = run
  const { limit, offset, page: number, cursor } = pagingOf(list)
  if (!limit && !number && !cursor) return
  const values = wholeList(run, list, path)
  if (!values || (isNarrowed(list) && !limit)) return
  const whole = await readList(run, list, values)
  if (!whole) return
  checkTotal({ run }, list, whole)
  if (whole.items.length < 3) return report.skip(list.id, 'paging', 'it has too few items for a second page')
  const again = await readList(run, list, values)
  const order = keysOf(whole.items)
  // A list without an order of its own, such as one at random, has no pages.
  if (!again || JSON.stringify(keysOf(again.items).slice(0, 50)) !== JSON.stringify(order.slice(0, 50))) return
  if (
    whole.pages.length > 3 &&
    whole.pages.slice(-3).every(({ items, isMarked, next }) => isMarked && next && items.length === 0)
  )
    return report.addTo(list, 'page-endless', 'pages without items have a next page', whole.pages.at(-1)?.exchange.curl)
  const circle = circleIn(whole.pages)
  if (circle)
    return report.addTo(list, 'page-endless', 'a next page has only items of earlier pages', circle.exchange.curl)
  if (await isMock(run, list, values, whole.pages[0]))
    return report.skip(list.id, 'paging', 'it answers alike whatever is asked for, as a mock does')
  if (limit) await checkLimit(run, list, values, whole.items.length)
  const small = limit && [1, 2, 5, 10].find((one) => run.values.fits(limit.schema, one))
  const start = limit && small !== undefined ? withValue(values, limit, small) : values
  const seen: Page[] = []
  const keys: string[] = []
  let empty = 0
  for (let next: CallValues | undefined = start; next && seen.length < mostPages + 6; ) {
    const page: Page | undefined = await readPage(run, list, next)
    // A place after the end may be refused.
    if (!page) break
    const [first, total] = [seen[0] && totalOf(seen[0].exchange), totalOf(page.exchange)]
    if (first && total && first.value !== total.value)
      report.addTo(
        list,
        'total-wrong',
        `${total.name} is ${first.value} on one page and ${total.value} on another`,
        page.exchange.curl,
        `${total.name}: ${first.value} on each page`,
      )
    const before = seen.at(-1)
    seen.push(page)
    const own = keysOf(page.items)
    const isStuck = page.isMarked && page.next && JSON.stringify(page.next) === JSON.stringify(page.values)
    empty = own.length === 0 ? empty + 1 : 0
    if (isStuck || (page.isMarked && page.next && empty >= 3)) {
      report.addTo(
        list,
        'page-endless',
        isStuck ? 'the next page is the same page' : 'pages without items have a next page',
        page.exchange.curl,
      )
      return
    }
    if (before && own.length > 0 && keys.length >= order.length && page.isMarked && page.next)
      return report.addTo(
        list,
        'page-endless',
        `after ${keys.length} of ${order.length} items there is still a next page`,
        page.exchange.curl,
        `no next page after ${order.length} items`,
      )
    const twice = own.find((one) => keys.includes(one))
    if (twice !== undefined && !isRepeatedInWhole(order, twice))
      return report.addTo(
        list,
        'page-lost',
        `a page repeats an item of the page before: ${twice.slice(0, 60)}`,
        page.exchange.curl,
        `a page without ${twice.slice(0, 60)}, which an earlier page has`,
      )
    keys.push(...own)
    next = page.next
  }
  const [first] = seen
  const last = seen.at(-1)
  if (!first || !last) return
  if (cursor && keys.length > keysOf(first.items).length) await checkUnknownCursor(run, list, first)
  const wanted = order.slice(0, keys.length)
  const isShort = last.next === undefined && keys.length < order.length && whole.isWhole
  // Without limit the server chooses the size, and a single page may be all that there is.
  const isPaged = seen.length > 1 || limit !== undefined
  const differs = keys.some((one, index) => one !== wanted[index])
  const isCounted = !first.isMarked && !offset && !number
  if (isPaged && !isCounted && (isShort || differs))
    report.addTo(
      list,
      'page-lost',
      isShort
        ? `${seen.length} pages give ${keys.length} items and larger ones give ${order.length}`
        : 'the pages give the items in another order, or other items, than larger pages do',
      first.exchange.curl,
      isShort ? `${order.length} items` : wanted.slice(0, 6).join(', ').slice(0, 200),
    )
}

/** A cursor that the server has not given. Some are any text that an item may follow: those are named otherwise. */
async function checkUnknownCursor(run: CheckRun, list: SpecOperation, first: Page): Promise<void> {
  const { cursor } = pagingOf(list)
  if (!cursor || !/cursor|page_?token|next_?token|continuation/i.test(cursor.name)) return
  const [made] = ['not-a-cursor-of-this-server', '987654321'].filter((one) => run.values.fits(cursor.schema, one))
  const page = made === undefined ? undefined : await readPage(run, list, withValue(first.values, cursor, made))
  if (page && JSON.stringify(keysOf(page.items)) === JSON.stringify(keysOf(first.items)))
    run.report.addTo(list, 'cursor-unknown', `${cursor.name}=${made} shows the first page`, page.exchange.curl)
}

const isRepeatedInWhole = (order: readonly string[], key: string): boolean =>
  order.indexOf(key) !== order.lastIndexOf(key)

/** A page that an answer led to and that has nothing new. */
const circleIn = (pages: readonly Page[]): Page | undefined =>
  pages.find(({ items }, index) => {
    const before = pages.slice(0, index).flatMap((one) => keysOf(one.items))
    return items.length > 0 && pages[index - 1]?.isMarked && keysOf(items).every((one) => before.includes(one))
  })

/** Whether neither the number nor the place of the items has an effect. */
async function isMock(
  run: CheckRun,
  list: SpecOperation,
  values: CallValues,
  whole: Page | undefined,
): Promise<boolean> {
  const { limit, offset, page } = pagingOf(list)
  const place = offset ?? page
  if (!limit || !place || !whole) return false
  const far = [1_000, 100, 3].find((one) => run.values.fits(place.schema, one))
  if (far === undefined || !run.values.fits(limit.schema, 1)) return false
  const odd = await readPage(run, list, withValue(withValue(values, limit, 1), place, far))
  return odd !== undefined && odd.exchange.text === whole.exchange.text
}

/** What identifies each item: its id, or all of it. */
const keysOf = (items: readonly unknown[]): string[] =>
  items.map((one) => {
    const id = idOf(one, undefined, '')
    return id === undefined ? JSON.stringify(one) : idText(id)
  })

/** No more items than were asked for. */
async function checkLimit(run: CheckRun, list: SpecOperation, values: CallValues, count: number): Promise<void> {
  const { limit } = pagingOf(list)
  if (!limit) return
  for (const most of [1, 2]) {
    if (most >= count || !run.values.fits(limit.schema, most)) continue
    const page = await readPage(run, list, withValue(values, limit, most))
    if (page && page.items.length > most)
      run.report.addTo(
        list,
        'limit-ignored',
        `${limit.name}=${most} shows ${page.items.length} items`,
        page.exchange.curl,
        most === 1 ? 'at most 1 item' : `at most ${most} items`,
      )
    const said = asObject(page?.exchange.json)[limit.name]
    if (page && typeof said === 'number' && said !== most && page.items.length <= most)
      run.report.add('limit-ignored', list.id, `${limit.name}=${most} is answered with ${limit.name}: ${said}`, {
        pointer: list.pointer,
        curl: page.exchange.curl,
        expected: `${limit.name}: ${most}`,
        severity: 'note',
      })
    if (page && page.items.length === 0)
      run.report.addTo(
        list,
        'limit-ignored',
        `${limit.name}=${most} shows no item, and there are ${count}`,
        page.exchange.curl,
        most === 1 ? '1 item' : `${most} items`,
      )
  }
}
