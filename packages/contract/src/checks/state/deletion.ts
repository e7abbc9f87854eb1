import { type CallValues, withValue } from '../../calls/call-values.ts'
import { call } from '../../calls/check-run.ts'
import type { RequestInput } from '../../calls/client.ts'
import { resourceOf } from '../../calls/pool.ts'
import { toRequest } from '../../calls/request.ts'
import type { Field, SpecOperation } from '../../spec/spec.ts'
import { keyIn, type Life, listValues } from '../../state/life.ts'
import { make, named, readThing, type Thing, valuesFor } from '../../state/making.ts'
import { readList } from '../../state/paging.ts'
import { idText, isSame, itemOf, itemsOf, thingIn } from '../../state/things.ts'
import { statusesOf } from '../operations/answer.ts'
import { readCounts } from './counts.ts'
import { isOf, readNeighbours } from './neighbours.ts'

/** A deleted thing is gone everywhere, and only that. */
export async function checkDeletion(life: Life): Promise<void> {
  const { run, resource, create, thing } = life
  const { report, pool } = run
  const { remove } = resource
  if (!remove) return report.skip(create.id, 'deletion', 'no operation deletes what it creates')
  const before = await sightsOf(life, thing)
  const input = await deletionOf(life, remove, thing)
  if (typeof input === 'string') return report.skip(create.id, 'deletion', input)
  const isHurried = run.isHurried?.() ?? false
  if (!isHurried) await checkOverride(life)
  const counts = await readCounts(run, resource)
  const neighbours = await readNeighbours(life, thing)
  const gone = await call(run, remove, input)
  if (!gone || gone.status >= 300) return report.skip(remove.id, 'deletion', `it answers ${gone?.status ?? 'nothing'}`)
  if (gone.status === 202) return report.skip(remove.id, 'deletion', 'it answers 202: it happens at some later time')
  pool.forget(thing.id)
  const after = await sightsOf(life, thing)
  const isKept = judge(life, remove, before, after)
  if (isKept === 'gone' && !isHurried) {
    await counts.judge(remove, -1)
    await checkOthers(life, remove)
    await neighbours.judgeDeletion(remove)
    // The same call may be answered with 404 or with 2xx, but not with a failure.
    if (thing.id !== undefined) {
      await call(run, remove, input)
      await checkChangeAfter(life, thing)
      await checkNextId(life, remove)
    }
  }
}

interface Sight {
  operation: SpecOperation
  status: number
  shown: unknown
  curl: string
}

async function sightsOf(life: Life, thing: Thing): Promise<Sight[]> {
  const { run, resource } = life
  const sights: Sight[] = []
  const one = await readThing(run, resource, thing)
  if (resource.read && one)
    sights.push({
      operation: resource.read,
      status: one.status,
      shown: one.status < 300 ? thingIn(one.json, thing.sent) : undefined,
      curl: one.curl,
    })
  for (const list of resource.lists) {
    const values = listValues(run, list, thing)
    if (!values) continue
    const find = (items: readonly unknown[]) => itemOf(items, thing, keyIn(life), resourceOf(resource.path))
    const whole = await readList(run, list, values, (items) => find(items) !== undefined)
    const page = whole?.pages.at(-1)
    if (!whole || !page) continue
    sights.push({ operation: list, status: page.exchange.status, shown: find(whole.items), curl: page.exchange.curl })
  }
  return sights
}

/** A thing that stays with another state is cancelled or archived, not deleted: that is how some services work. */
function judge(
  { run, thing, resource }: Life,
  remove: SpecOperation,
  before: Sight[],
  after: Sight[],
): 'gone' | 'kept' {
  const stays = after.filter(({ shown, status }) => shown !== undefined && status < 300)
  const isMarked = stays.some(({ operation, shown }) => {
    const old = before.find((one) => one.operation === operation)
    return old?.shown !== undefined && !isSame(old.shown, shown)
  })
  if (stays.length > 0 && isMarked) return 'kept'
  const [left] = stays.filter(({ shown }) => JSON.stringify(shown).includes(thing.canary) || thing.id !== undefined)
  if (!left) return 'gone'
  const isRead = left.operation === resource.read
  const wanted = isRead ? '404' : `a list without ${named(thing)}`
  run.report.addTo(remove, 'deleted-still-there', `${left.operation.id} still shows it`, left.curl, wanted)
  return 'kept'
}

/** The call that deletes a thing, or why there is none. */
async function deletionOf(life: Life, remove: SpecOperation, thing: Thing): Promise<CallValues | string> {
  const { run, resource } = life
  const values = valuesFor(run, resource, remove, thing)
  if (!values) return 'the created item has no id to delete it by'
  // Where items are identified by their index in a list, find the index of the created item.
  const index = remove.fields.find(
    ({ place, schema, required, name }) =>
      place !== 'path' && required && schema.type === 'integer' && /idx|index|position|place/i.test(name),
  )
  const key = remove.fields.find(({ place, required }) => place === 'query' && required)
  if (index) {
    const place = await findPlace(life, thing)
    if (place === undefined) return 'the index of the created item could not be found'
    return withTexts(withValue(values, index, place), remove.fields, thing)
  }
  if (keyIn(life) === undefined || !remove.path.includes(`{${keyIn(life)}}`)) {
    if (!key) return 'it deletes all of them at once'
    if (!/id$|^id/i.test(key.name) || thing.id === undefined) return 'the created item has no id to delete it by'
    return withValue(values, key, thing.id)
  }
  const { etag } = (await readThing(run, resource, thing))?.headers ?? {}
  const condition = remove.inputs.find(
    ({ name, place, required }) => place === 'header' && required && /^if-match$/i.test(name),
  )
  return condition && etag ? withValue(values, condition, etag) : values
}

/** Beside an index, the text of the item has to be sent as it was created. */
function withTexts(values: CallValues, fields: readonly Field[], thing: Thing): CallValues {
  let all = values
  for (const field of fields)
    if (field.place === 'query' && Object.hasOwn(thing.sent, field.name))
      all = withValue(all, field, thing.sent[field.name])
  return all
}

async function findPlace({ run, resource }: Life, thing: Thing): Promise<number | undefined> {
  for (const list of resource.lists) {
    const values = listValues(run, list, thing)
    const exchange = values && (await call(run, list, values))
    const place = itemsOf(exchange?.json)?.findIndex((one) => JSON.stringify(one).includes(thing.canary))
    if (place !== undefined && place >= 0) return place
  }
  return undefined
}

/** No header and no query turns a call into a deletion. */
async function checkOverride(life: Life): Promise<void> {
  const { run, resource, thing, words } = life
  const { read } = resource
  const victim = read && (await make(run, resource, words.next(), { path: thing.path }))
  const values = read && victim && valuesFor(run, resource, read, victim)
  if (!read || !values || !victim) return
  const request = toRequest(read, values)
  const ways: Partial<RequestInput>[] = [
    { headers: { ...request.headers, 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE' } },
    { path: `${request.path}${request.path.includes('?') ? '&' : '?'}_method=DELETE` },
    { method: 'POST', headers: { ...request.headers, 'x-http-method-override': 'DELETE', 'x-http-method': 'DELETE' } },
  ]
  for (const way of ways) {
    const exchange = await run.client.attempt({ ...request, ...way })
    const after = await readThing(run, resource, victim)
    if (exchange && after && [404, 410].includes(after.status))
      return run.report.addTo(read, 'method-override', `${exchange.method} deletes an item`, exchange.curl)
  }
}

/** What is created after a deletion has an id of its own. */
async function checkNextId({ run, resource, create, words, thing }: Life, remove: SpecOperation): Promise<void> {
  const known = new Set(resource.left.map(({ id }) => idText(id)))
  known.delete(idText(thing.id))
  const next = await make(run, resource, words.next(), { path: thing.path })
  if (next && known.has(idText(next.id)))
    run.report.addTo(
      create,
      'id-twice',
      `after ${remove.id} a new item has the id of another one, ${idText(next.id)}`,
      next.made.curl,
      `an id that no item has: not ${idText(next.id)}`,
    )
}

/** The others are still there. */
async function checkOthers(life: Life, remove: SpecOperation): Promise<void> {
  const { run, resource, things, thing } = life
  const others = things.filter(({ made, sent }) => !isOf(thingIn(made.json, sent), thing))
  for (const other of others.slice(0, 3)) {
    const sights = await sightsOf(life, other)
    const lost = sights.find(({ status, operation, shown }) =>
      operation === resource.read ? [404, 410].includes(status) : sights.length === 1 && shown === undefined,
    )
    if (lost)
      return run.report.addTo(
        remove,
        'deletes-others',
        `${lost.operation.id} no longer shows another item`,
        lost.curl,
        `${lost.operation.id} shows ${named(other)}`,
      )
  }
}

/** A change of what is gone must not be accepted. PUT may create it again. */
async function checkChangeAfter(life: Life, thing: Thing): Promise<void> {
  const { run, resource } = life
  const writer = resource.change ?? resource.replace
  const gone = await readThing(run, resource, thing)
  if (!writer || !gone || ![404, 410].includes(gone.status)) return
  const values = valuesFor(run, resource, writer, thing)
  const exchange = values && (await call(run, writer, values))
  if (!exchange || exchange.status >= 300 || exchange.status === 202) return
  const after = await readThing(run, resource, thing)
  const isCreated = writer === resource.replace && after !== undefined && after.status < 300
  if (!isCreated)
    run.report.addTo(
      writer,
      'change-of-deleted',
      `a change of a deleted item is answered with ${exchange.status}`,
      exchange.curl,
      statusesOf(writer, 'refusals') ?? '404',
    )
}
