import { type CallValues, withValue } from '../../calls/call-values.ts'
import { call } from '../../calls/check-run.ts'
import { resourceOf } from '../../calls/pool.ts'
import { asArray, asObject, type Input, type Schema, type SpecOperation } from '../../spec/spec.ts'
import { keyIn, type Life, listValues } from '../../state/life.ts'
import { make, named, readThing, type Thing } from '../../state/making.ts'
import { type Page, pagingOf, readList, readPage, type WholeList } from '../../state/paging.ts'
import { isSearch } from '../../state/resource.ts'
import { countOf, isSame, itemOf, thingIn, totalOf } from '../../state/things.ts'
import { formsOf, typeOf } from '../../values/forms.ts'
import { limitsOf } from '../../values/numbers.ts'
import { isFreeText } from '../../values/texts.ts'

/** Filters, searches and orders by the names of their inputs: what a list answers obeys what was sent. */
export async function checkFilters(life: Life): Promise<void> {
  const { run, resource, create, thing, words } = life
  const current = await readThing(run, resource, thing)
  const sample = {
    ...thing.sent,
    ...thingIn(current && current.status < 300 ? current.json : thing.made.json, thing.sent),
  }
  for (const list of resource.lists) {
    const values = listValues(run, list, thing)
    if (!values) continue
    const before = await readPage(run, list, values)
    const added = before && countOf(before.exchange) && (await make(run, resource, words.next(), { path: thing.path }))
    if (added) checkCount(life, list, [before, await readPage(run, list, values)], { isFiltered: false })
    const paging = Object.values(pagingOf(list)) as (Input | undefined)[]
    for (const input of list.inputs) {
      if (input.place !== 'query' || paging.includes(input) || run.isOver()) continue
      const at = { life, list, values, input }
      const member = memberFor(input.name, sample)
      if (isSearch(input.name) && isFreeText(input.schema)) await checkSearch(at)
      else if (isSort(input.name)) await checkSort(at)
      else if (member !== undefined && create) await checkFilter(at, member, sample)
      else await checkBound(at, sample)
    }
  }
}

interface At {
  life: Life
  list: SpecOperation
  values: CallValues
  input: Input
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The member of an item that has the name of an input, or that is a list of such. */
function memberFor(name: string, sample: Schema): string | undefined {
  const wanted = plain(name).replace(/^filter/, '')
  return Object.keys(sample).find((one) => {
    const own = plain(one)
    return own === wanted || (Array.isArray(sample[one]) && own.replace(/s$/, '') === wanted)
  })
}

/** Each item of the answer has the value, and the thing that has it is among them. */
async function checkFilter(at: At, member: string, sample: Schema): Promise<void> {
  const { life, list, input } = at
  const { run, resource, words, thing } = life
  const own = Array.isArray(sample[member]) ? sample[member][0] : sample[member]
  if (own === undefined || own === null || typeof own === 'object') return
  // A thing that has another value, where the schema says which others there are.
  const schema = asObject(asObject(life.create.bodies[0]?.schema))
  const described = formsOf(schema).map((form) => asObject(asObject(form.properties)[member]))[0] ?? {}
  const others = otherValues(described, own)
  const things: { thing: Thing; value: unknown }[] = [{ thing, value: own }]
  for (const other of others.slice(0, 1)) {
    if (!life.members.some(({ name }) => name === member)) break
    const value = Array.isArray(sample[member]) ? [other] : other
    const made = await make(run, resource, words.next(), { members: { [member]: value }, path: thing.path })
    const isKept = made && thingIn(made.made.json, made.sent)[member]
    if (made && isSame(isKept ?? value, value)) things.push({ thing: made, value: other })
  }
  for (const { thing: wanted, value } of things) {
    const sent =
      [value, String(value)].find((one) => run.values.fits(input.schema, one)) ??
      (typeOf(formsOf(input.schema)[0] ?? {}) === 'array' ? [value] : undefined)
    if (sent === undefined || !run.values.fits(input.schema, sent)) continue
    const whole = await readList(run, list, withValue(at.values, input, sent))
    const page = whole?.pages[0]
    if (!whole || !page) continue
    const wrong = whole.items.find((one) => {
      const shown = asObject(one)[member]
      return shown !== undefined && shown !== null && !matches(shown, value)
    })
    const said = `${input.name}=${value}`
    if (wrong !== undefined)
      run.report.addTo(
        list,
        'filter-wrong',
        `${said} shows an item with ${member} ${JSON.stringify(asObject(wrong)[member])}`,
        page.exchange.curl,
        `only items with ${member}: ${JSON.stringify(value)}`,
      )
    else if (!isAmong(life, whole, wanted) && whole.isWhole && (await isListed(life, list, wanted)))
      run.report.addTo(
        list,
        'filter-wrong',
        `${said} does not show the item that has it`,
        page.exchange.curl,
        `a list with ${named(wanted)}`,
      )
    checkTotal(life, list, whole)
  }
}

/** A text may be a part of the member, in any case. */
function matches(shown: unknown, value: unknown): boolean {
  if (Array.isArray(shown))
    return shown.length === 0 ? false : shown.some((one) => (typeof one === 'object' ? true : matches(one, value)))
  if (typeof shown === 'object') return true
  if (typeof shown === 'string' && typeof value === 'string')
    return shown.toLowerCase().includes(value.toLowerCase()) || Date.parse(shown) === Date.parse(value)
  return String(shown) === String(value)
}

function otherValues(schema: Schema, own: unknown): unknown[] {
  const [form = {}] = formsOf(schema)
  if (Array.isArray(form.enum)) return form.enum.filter((one) => one !== own && one !== null)
  if (typeOf(form) === 'boolean') return [own !== true]
  const item = asObject(form.items)
  if (Array.isArray(item.enum)) return item.enum.filter((one) => one !== own)
  return []
}

const isAmong = (life: Life, { items }: WholeList, thing: Thing): boolean =>
  itemOf(items, thing, keyIn(life), resourceOf(life.resource.path)) !== undefined

/** Whether the list shows it without a filter. */
async function isListed(life: Life, list: SpecOperation, thing: Thing): Promise<boolean> {
  const values = listValues(life.run, list, thing)
  const whole = values && (await readList(life.run, list, values))
  return whole !== undefined && isAmong(life, whole, thing)
}

/** The total of a list that was read to its end is the number of its items. */
export function checkTotal(
  { run }: Pick<Life, 'run'>,
  list: SpecOperation,
  { pages, items, isWhole }: WholeList,
): void {
  const [first] = pages
  const total = first && totalOf(first.exchange)
  if (!first || !total || !isWhole || total.value === items.length) return
  // The number of the items of this page, which some servers mean by it.
  if (total.value === first.items.length && pages.length > 1 && /count|size|records/i.test(total.name)) return
  run.report.addTo(
    list,
    'total-wrong',
    `${total.name} is ${total.value}, and there are ${items.length} items`,
    first.exchange.curl,
    `${total.name}: ${items.length}`,
  )
}

/** The count beside a list without pages is wrong where it differs by the same number from lists of different lengths. */
function checkCount(
  { run }: Life,
  list: SpecOperation,
  answers: readonly (Page | undefined)[],
  { isFiltered }: { isFiltered: boolean },
): void {
  if (Object.values(pagingOf(list)).some((one) => one !== undefined)) return
  const counted = answers.flatMap((page) => {
    const count = page && !page.isMarked ? countOf(page.exchange) : undefined
    return page && count ? [{ page, ...count, length: page.items.length, more: count.value - page.items.length }] : []
  })
  const [first] = counted
  const other = counted.find(({ length, more }) => length !== first?.length && more === first?.more)
  if (!first || !other || first.more === 0) return
  const said = ({ name, value, length }: typeof first) => `${name} is ${value} beside ${length} items`
  run.report.add('total-wrong', list.id, `${said(first)}, and ${said(other)}`, {
    pointer: list.pointer,
    curl: other.page.exchange.curl,
    expected: `${other.name}: ${other.length}`,
    // A list may leave out some of what there is.
    ...(!isFiltered && first.more > 0 && { severity: 'warning' }),
  })
}

/** A search shows what has the word, and nothing for a word that nothing has. */
async function checkSearch({ life, list, values, input }: At): Promise<void> {
  const { run, thing, words } = life
  const found = await readList(run, list, withValue(values, input, thing.canary))
  const [page] = found?.pages ?? []
  if (found && page && !isAmong(life, found, thing) && !page.exchange.text.includes(thing.canary)) {
    const isTitle = await isListed(life, list, thing)
    if (isTitle)
      run.report.addTo(
        list,
        'search-wrong',
        `${input.name}=${thing.canary} does not show the item that has this word`,
        page.exchange.curl,
        `a list with ${named(thing)}`,
      )
  }
  const other = words.next()
  const none = await readPage(run, list, withValue(values, input, other))
  checkCount(life, list, [page, none], { isFiltered: true })
  if (none && none.items.length > 0 && isAmong(life, { items: none.items, pages: [], isWhole: true }, thing))
    run.report.addTo(
      list,
      'search-wrong',
      `${input.name}=${other} shows items that do not have this word`,
      none.exchange.curl,
      `no items, because none has the word ${other}`,
    )
}

const isSort = (name: string): boolean => /^(sort|sort_?by|order_?by|ordering|order|sort_?order|sort_?key)$/i.test(name)

/** The things of this run come in the order that was asked for. */
async function checkSort({ life, list, values, input }: At): Promise<void> {
  const { run, thing, things } = life
  const own = [thing, ...things]
  const known = new Set<string>()
  const [form = {}] = formsOf(input.schema)
  const choices = asArray(form.enum ?? asObject(form.items).enum).filter((one) => typeof one === 'string')
  for (const choice of choices.slice(0, 6)) {
    const { name, direction } = readSort(choice)
    const value = form.enum ? choice : [choice]
    if (!run.values.fits(input.schema, value)) continue
    if (!known.has(name)) own.push(...(await makeDifferent(life, name)))
    known.add(name)
    const whole = await readList(run, list, withValue(values, input, value))
    const [page] = whole?.pages ?? []
    if (!whole || !page) continue
    const sorted = whole.items.filter((one) => own.some((other) => isSameThing(life, one, other)))
    const member = Object.keys(asObject(sorted[0])).find((one) => plain(one) === plain(name))
    if (member === undefined || sorted.length < 3) continue
    const shown = sorted.map((one) => asObject(one)[member])
    if (!shown.every((one) => typeof one === 'number') && !shown.every((one) => typeof one === 'string')) continue
    const [first, ...others] = shown
    if (others.every((one) => one === first)) continue
    const isUp = shown.every((one, index) => index === 0 || !isLess(one, shown[index - 1]))
    const isDown = shown.every((one, index) => index === 0 || !isLess(shown[index - 1], one))
    const isRight = direction === 'up' ? isUp : direction === 'down' ? isDown : isUp || isDown
    if (!isRight)
      run.report.addTo(
        list,
        'sort-wrong',
        `${input.name}=${choice} shows ${member} in the order ${shown.slice(0, 6).join(', ')}`,
        page.exchange.curl,
        inOrder(shown.slice(0, 6), direction),
      )
  }
}

function inOrder(shown: readonly unknown[], direction: 'up' | 'down' | undefined): string {
  const up = shown.toSorted((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0))
  const [rising, falling] = [up.join(', '), up.toReversed().join(', ')]
  return direction === 'up' ? rising : direction === 'down' ? falling : `${rising}, or ${falling}`
}

/** Things with different numbers, which are neither created upwards nor downwards, where others have all the same one. */
async function makeDifferent({ run, resource, words, members, thing }: Life, name: string): Promise<Thing[]> {
  const member = members.find((one) => plain(one.name) === plain(name))
  const type = member && typeOf(member.form)
  if (!member || (type !== 'integer' && type !== 'number')) return []
  const { least, most } = limitsOf(member.form)
  const step = Number(member.form.multipleOf ?? 1)
  const low = least ?? (most === undefined ? 1 : most - 2 * step)
  const values = [low + step, low + 2 * step, low].filter((one) => run.values.fits(member.schema, one))
  const made: Thing[] = []
  for (const value of values.length === 3 ? values : []) {
    const one = await make(run, resource, words.next(), { members: { [member.name]: value }, path: thing.path })
    if (one) made.push(one)
  }
  return made
}

const isSameThing = (life: Life, one: unknown, other: Thing): boolean =>
  itemOf([one], other, keyIn(life), resourceOf(life.resource.path)) !== undefined

const isLess = (a: unknown, b: unknown): boolean => (a as string | number) < (b as string | number)

/** `-created_at`, `title:desc`, `price_asc`. */
function readSort(choice: string): { name: string; direction: 'up' | 'down' | undefined } {
  const [, name = choice, word = ''] = /^[-+]?(.*?)(?:[\s:_.-]?(asc|desc)(?:ending)?)?$/i.exec(choice) ?? []
  const isDown = choice.startsWith('-') || word.toLowerCase() === 'desc'
  const isUp = choice.startsWith('+') || word.toLowerCase() === 'asc'
  return { name, direction: isDown ? 'down' : isUp ? 'up' : undefined }
}

/** `min_price`, `created_after`: each item is on the side of the value that the name says. */
async function checkBound({ life, list, values, input }: At, sample: Schema): Promise<void> {
  const { run } = life
  const [, lead, core, trail] =
    /^(?:(min|max|from|to|since|until|before|after)_?)?(.*?)(?:_?(min|max|gte?|lte?|from|to|since|until|before|after))?$/i.exec(
      input.name,
    ) ?? []
  const word = (lead ?? trail ?? '').toLowerCase()
  const member = Object.keys(sample).find(
    (one) => plain(one).replace(/(at|on|date)$/, '') === plain(core ?? '').replace(/(at|on|date)$/, ''),
  )
  const own = member === undefined ? undefined : sample[member]
  if (word === '' || member === undefined || (typeof own !== 'number' && typeof own !== 'string')) return
  const isLowest = /^(min|from|since|after|gte?)$/.test(word)
  const time = typeof own === 'string' ? Date.parse(own) : Number.NaN
  if (typeof own === 'string' && Number.isNaN(time)) return
  const day = 86_400_000
  for (const far of [-1, 1]) {
    const bound = typeof own === 'number' ? own + far : toText(time + far * 2 * day, input.schema.format)
    if (!run.values.fits(input.schema, bound)) continue
    const exchange = await call(run, list, withValue(values, input, bound))
    if (!exchange || exchange.status >= 300) continue
    const page = await readPage(run, list, withValue(values, input, bound))
    const limit = typeof bound === 'number' ? bound : Date.parse(bound)
    const wrong = page?.items.find((one) => {
      const shown = asObject(one)[member]
      const value = typeof shown === 'string' ? Date.parse(shown) : typeof shown === 'number' ? shown : Number.NaN
      return isLowest
        ? value < limit - (typeof bound === 'number' ? 0 : day)
        : value > limit + (typeof bound === 'number' ? 0 : day)
    })
    if (wrong !== undefined)
      run.report.addTo(
        list,
        'filter-wrong',
        `${input.name}=${bound} shows an item with ${member} ${JSON.stringify(asObject(wrong)[member])}`,
        exchange.curl,
        `only items with ${member} ${isLowest ? 'from' : 'up to'} ${bound}`,
      )
  }
}

const toText = (time: number, format: unknown): string => {
  const text = new Date(time).toISOString()
  return format === 'date' ? text.slice(0, 10) : text
}
