import { isNumber } from '@reference-plugins/reader/exact-json'
import { type CallValues, valueAt, withValue } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import type { Exchange } from '../calls/client.ts'
import { ordinaryValues } from '../calls/ordinary.ts'
import { resourceOf } from '../calls/pool.ts'
import { asArray, asObject, type SpecOperation } from '../spec.ts'
import { isFreeText } from '../values/texts.ts'

/** A word that only this run writes. */
export const newCanary = (seed: number): string => `canary${seed.toString(36)}`

/** A created item can be read and found, and a deleted item is gone. */
export async function checkLife(
  run: CheckRun,
  create: SpecOperation,
  operations: readonly SpecOperation[],
  canary: string,
): Promise<void> {
  const { report } = run
  const field = create.fields.find(
    ({ place, schema, required }) => place === 'body' && isFreeText(schema) && required && fits(schema, canary),
  )
  const input = ordinaryValues(run, create, { all: false })
  if (!field || !input) return report.skip(create.id, 'life', 'it accepts no text by which to find what it creates')
  const made = await call(run, create, withValue(input, field, canary))
  if (!made || made.status >= 300) return
  const given = input.path
  const id = newId(made)
  const readers = operations.filter(
    (one) =>
      one.method === 'GET' && isRelated(create, one) && (id !== undefined || unknownIds(create, one).length === 0),
  )
  const seen = await readAll(run, readers, given, id, canary)
  if (readers.length === 0) return report.skip(create.id, 'life', 'no operation reads what it creates')
  if (!seen.some((one) => one.text.includes(canary))) {
    const worked = seen.filter(({ status }) => status < 300)
    if (worked.length === 0)
      return report.skip(create.id, 'life', 'no operation that could read what it creates answered with 2xx')
    return report.addTo(
      create,
      'created-not-found',
      `the created item is not in ${readers.map((one) => one.id).join(', ')}`,
      made.curl,
    )
  }
  // The list contains it, and its own address does not exist.
  for (const { operation, status, curl } of seen)
    if (id !== undefined && status === 404 && unknownIds(create, operation).length === 1)
      report.addTo(operation, 'created-not-found', 'the item that was just created is answered with 404', curl)
  for (const reader of seen.filter((one) => one.status < 300)) {
    const again = await call(run, reader.operation, reader.input)
    if (again && again.status >= 400 && again.status !== 429)
      report.addTo(
        reader.operation,
        'safe-changes',
        `the same call is answered with ${reader.status} and then with ${again.status}`,
        again.curl,
      )
    else if (again && shrinks(reader, again, canary))
      report.addTo(
        reader.operation,
        'safe-changes',
        'the second call does not show what the first call showed',
        again.curl,
      )
  }
  await checkDelete(run, create, operations, { given, id, canary, readers })
}

/** Whether the second answer shows less than the first. */
const shrinks = (before: Exchange, after: Exchange, canary: string): boolean =>
  (before.text.includes(canary) && !after.text.includes(canary)) ||
  (itemsOf(after.json)?.length ?? 0) < (itemsOf(before.json)?.length ?? 0)

interface Life {
  given: Record<string, unknown>
  id: unknown
  canary: string
  readers: SpecOperation[]
}

async function checkDelete(
  run: CheckRun,
  create: SpecOperation,
  operations: readonly SpecOperation[],
  { given, id, canary, readers }: Life,
): Promise<void> {
  const { report, pool } = run
  const remove = operations.find((one) => one.method === 'DELETE' && isRelated(create, one))
  if (!remove) return report.skip(create.id, 'deletion', 'no operation deletes what it creates')
  const least = ordinaryValues(run, remove, { all: false })
  if (!least) return
  let input: CallValues = { ...least, path: { ...least.path, ...placed(remove, given, id) } }
  // Where items are identified by their index in a list, find the index of the created item.
  const index = remove.fields.find(
    ({ place, schema, required, name }) =>
      place !== 'path' && required && schema.type === 'integer' && /idx|index|position|place/i.test(name),
  )
  if (index) {
    const place = await findPlace(run, readers, given, canary)
    if (place === undefined)
      return report.skip(create.id, 'deletion', 'the index of the created item could not be found')
    input = withValue(input, index, place)
  } else if (id === undefined) return report.skip(create.id, 'deletion', 'the created item has no id to delete it by')
  const gone = await call(run, remove, input)
  if (!gone || gone.status >= 300) return report.skip(remove.id, 'deletion', `it answers ${gone?.status ?? 'nothing'}`)
  pool.forget(id)
  const left = (await readAll(run, readers, given, id, canary)).find(
    (one) => one.status < 300 && one.text.includes(canary),
  )
  if (left) report.addTo(remove, 'deleted-still-there', `${left.operation.id} still shows it`, left.curl)
}

type Seen = Exchange & { operation: SpecOperation; input: CallValues }

async function readAll(
  run: CheckRun,
  readers: SpecOperation[],
  given: Record<string, unknown>,
  id: unknown,
  canary: string,
): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const operation of readers) {
    const least = ordinaryValues(run, operation, { all: false })
    if (!least) continue
    let input: CallValues = { ...least, path: { ...least.path, ...placed(operation, given, id) } }
    for (const { name, place, schema } of operation.inputs)
      if (place === 'query' && /^(q|query|search|text|term)$/i.test(name) && isFreeText(schema))
        input = withValue(input, { place, name }, canary)
    const exchange = await call(run, operation, input)
    if (exchange) seen.push({ ...exchange, operation, input })
  }
  return seen
}

/** The path parameters: those that the creation had, and the new id for the last unknown one. */
function placed(operation: SpecOperation, given: Record<string, unknown>, id: unknown): Record<string, unknown> {
  const names = operation.fields.filter(({ place }) => place === 'path').map(({ name }) => name)
  return Object.fromEntries(
    names
      .map((name) => [name, Object.hasOwn(given, name) ? given[name] : id])
      .filter(([, value]) => value !== undefined),
  )
}

const unknownIds = (create: SpecOperation, other: SpecOperation): string[] =>
  other.fields
    .filter(
      ({ place, name }) => place === 'path' && !create.fields.some((one) => one.place === 'path' && one.name === name),
    )
    .map(({ name }) => name)

/** Whether both operate on the same kind of item: their paths start alike, or name the same resource. */
function isRelated(create: SpecOperation, other: SpecOperation): boolean {
  const shape = (path: string) => path.replaceAll(/\{[^}]*\}/g, '{}').replace(/\/$/, '')
  return (
    shape(other.path) === shape(create.path) ||
    shape(other.path).startsWith(`${shape(create.path)}/{}`) ||
    (/^\/(search|find)/.test(other.path) && other.fields.some(({ name }) => /^(q|query)$/i.test(name))) ||
    (unknownIds(create, other).length <= 1 && resourceOf(other.path) === resourceOf(create.path))
  )
}

function newId({ json }: Exchange): unknown {
  const top = asObject(json)
  for (const node of [top, ...Object.values(top).map(asObject)]) {
    const key = ['id', '_id', 'uuid', ...Object.keys(node).filter((name) => /(_id|Id)$/.test(name))].find(
      (name) => typeof node[name] === 'string' || isNumber(node[name]),
    )
    if (key) return node[key]
  }
  return undefined
}

async function findPlace(
  run: CheckRun,
  readers: SpecOperation[],
  given: Record<string, unknown>,
  canary: string,
): Promise<number | undefined> {
  for (const { json } of await readAll(run, readers, given, undefined, canary))
    for (const list of Object.values(asObject(json)).filter(Array.isArray)) {
      const place = list.findIndex((one) => JSON.stringify(one).includes(canary))
      if (place >= 0) return place
    }
  return undefined
}

const fits = (schema: Record<string, unknown>, text: string): boolean =>
  text.length >= ((schema.minLength as number) ?? 0) && text.length <= ((schema.maxLength as number) ?? 1000)

const most = 200

/** A client that follows the pages gets each item once. */
export async function checkPages(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { report } = run
  const limit = operation.fields.find(
    ({ name, place }) => place === 'query' && /^(limit|per_?page|page_?size|count)$/i.test(name),
  )
  const mark = operation.fields.find(
    ({ name, place }) => place === 'query' && /^(offset|page|cursor|start|page_?token|after)$/i.test(name),
  )
  if (operation.method !== 'GET' || !limit || !mark) return
  const least = ordinaryValues(run, operation, { all: false })
  const whole = least && (await call(run, operation, least))
  if (!whole || whole.status >= 300) return
  const all = itemsOf(whole.json)
  if (!all || all.length < 2) return report.skip(operation.id, 'paging', 'it has too few items for a second page')
  const isWhole = nextOf(whole.json) === undefined
  const cap = isWhole ? all.length + 5 : most
  const marks = new Set<string>()
  const paged: unknown[] = []
  let input = withValue(least, limit, 1)
  for (let count = 0; ; count++) {
    const key = JSON.stringify(valueAt(input, mark) ?? null)
    if (!isWhole && count > cap) return report.skip(operation.id, 'paging', `it has more than ${most} items`)
    if (count > cap || (marks.has(key) && marks.size > 0 && count > 1))
      return report.addTo(
        operation,
        'page-endless',
        `after ${count} pages of one item there is still a next page`,
        whole.curl,
      )
    const page = await call(run, operation, input)
    if (!page || page.status >= 300) return
    marks.add(key)
    const items = itemsOf(page.json) ?? []
    paged.push(...items)
    const next = nextOf(page.json)
    if (next === undefined) break
    if (items.length === 0)
      return report.addTo(operation, 'page-endless', 'a page without items has a next page', page.curl)
    input = withValue(input, mark, next)
  }
  const texts = paged.map((one) => JSON.stringify(one))
  const expected = all.map((one) => JSON.stringify(one))
  if (isWhole && (texts.length !== expected.length || texts.some((one, index) => one !== expected[index])))
    report.addTo(
      operation,
      'page-lost',
      `pages of one item give ${texts.length} items and a single page gives ${expected.length}, or the order differs`,
      whole.curl,
    )
}

const itemsOf = (json: unknown): unknown[] | undefined =>
  Array.isArray(json) ? json : (Object.values(asObject(json)).find(Array.isArray) as unknown[] | undefined)

function nextOf(json: unknown): unknown {
  const node = asObject(json)
  const key = Object.keys(node).find((name) => /^next/i.test(name))
  const value = key === undefined ? undefined : node[key]
  return value === null || value === '' || asArray(value).length > 0 ? undefined : value
}
