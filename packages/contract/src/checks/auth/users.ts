import { type CallValues, withValue } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import type { Credentials } from '../../calls/credentials.ts'
import { isLearnt, ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import { asObject, type SpecOperation } from '../../spec/spec.ts'
import { isFreeText } from '../../values/texts.ts'
import { unknownId } from './auth.ts'

/** What the second user writes into an item of the first one. */
const rewritten = 'rewritten'

/** What another user can do with an item, by the operation that showed it. */
interface Seen {
  operation: SpecOperation
  /** The call of the second user, or of the first one where the second one made the item. */
  exchange: Exchange
  isOpen: boolean
  what: string
}

/**
 * Another user must not see, change or delete what one user made. Where everything is open to both, the items may be
 * meant for all users: that is a note. Where some operations hide them, the others leak.
 */
export async function checkUsers(
  run: CheckRun,
  create: SpecOperation,
  operations: readonly SpecOperation[],
  second: Credentials,
  canary: string,
): Promise<void> {
  const { client, report } = run
  if (!create.isProtected) return
  const related = operations.filter((one) => one.isProtected && second.wayFor(one.security) && isRelated(create, one))
  const readers = related.filter(({ method }) => method === 'GET')
  const before = new Map<SpecOperation, { own: string; foreign: string }>()
  for (const reader of readers) {
    const request = requestOf(run, create, reader, undefined, canary)
    if (!request) continue
    const answers = [await as(second, request), await as(second, request), await client.attempt(request)]
    const [foreign, again, own] = answers.map((one) => (one && one.status < 300 ? one.text : undefined))
    if (own !== undefined && foreign !== undefined && foreign === again) before.set(reader, { own, foreign })
  }
  const input = inputWith(run, create, canary) ?? ordinaryValues(run, create, { all: false })
  const made = input && (await call(run, create, input))
  if (!made || made.status >= 300) return
  const id = idOf(made)
  const seen: Seen[] = []
  const add = (operation: SpecOperation, exchange: Exchange, isOpen: boolean, what: string) =>
    seen.push({ operation, exchange, isOpen, what })
  for (const reader of readers) {
    const request = requestOf(run, create, reader, id, canary)
    const own = request && (await client.attempt(request))
    if (!request || !own || own.status >= 300) continue
    const foreign = await as(second, request)
    if (!foreign || foreign.status === 401 || foreign.status === 429) continue
    const old = before.get(reader)
    // An answer may repeat what was searched for.
    const shows = foreign.status < 300 && foreign.text.includes(canary) && !old?.foreign.includes(canary)
    const isItem = id !== undefined && request.path.includes(encodeURIComponent(String(id)))
    if (shows) add(reader, foreign, true, 'the second user sees what the first user wrote')
    else if (isItem && foreign.status < 300 && own.text === foreign.text && own.text.length > 2)
      add(reader, foreign, true, 'the second user reads an item of the first user')
    else {
      const hasChanged = !isItem && old !== undefined && foreign.status < 300 && foreign.text !== old.foreign
      const isKnown = own.text.includes(canary) || isItem
      if (isKnown || (old && own.text !== old.own && !hasChanged)) add(reader, foreign, false, '')
      if (hasChanged && own.text !== old.own)
        add(reader, foreign, true, 'the answer for the second user changes when the first user makes an item')
      if (isItem && foreign.status === 403) await checkOracle(run, reader, request, second)
    }
  }
  if (id !== undefined) await checkWriters(run, create, related, second, { id, canary, add })
  await checkReverse(run, create, readers, second, { canary: [...canary].reverse().join(''), add })
  const isPrivate = seen.some(({ isOpen, operation }) => !isOpen && operation.method === 'GET')
  for (const { operation, exchange, isOpen, what } of seen)
    if (isOpen) report.addTo(operation, isPrivate ? 'user-leak' : 'user-shared', what, exchange.curl)

  async function as(who: Credentials, request: RequestInput): Promise<Exchange | undefined> {
    return client.attempt({ ...request, credentials: who })
  }
}

interface Trial {
  canary: string
  add: (operation: SpecOperation, exchange: Exchange, isOpen: boolean, what: string) => void
}

/** The second user tries to change and to delete the item. An answer alone proves nothing: the first user looks at it again. */
async function checkWriters(
  run: CheckRun,
  create: SpecOperation,
  related: readonly SpecOperation[],
  second: Credentials,
  { id, canary, add }: Trial & { id: unknown },
): Promise<void> {
  const { client } = run
  const reader = related.find((one) => one.method === 'GET' && isItemOf(create, one))
  const look = reader && requestOf(run, create, reader, id, canary)
  const order = ['POST', 'PATCH', 'PUT', 'DELETE']
  const writers = related
    .filter((one) => one.method !== 'GET' && hasItem(create, one))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
  for (const writer of writers) {
    if (run.isOver()) return
    const request = requestOf(run, create, writer, id, canary, true)
    if (!request) continue
    const before = look && (await client.attempt(look))
    const tried = await client.attempt({ ...request, credentials: second })
    if (!tried || tried.status === 401 || tried.status === 429 || [400, 415, 422].includes(tried.status)) continue
    const after = look && (await client.attempt(look))
    const isChanged = before && after && before.status < 300 && (after.status >= 400 || after.text !== before.text)
    if (isChanged) {
      const verb = writer.method === 'DELETE' ? 'deletes' : 'changes'
      const how = tried.status < 300 ? '' : `, though the answer is ${tried.status}`
      add(writer, tried, true, `the second user ${verb} an item of the first user${how}`)
      if (after.status >= 400) return
    } else if (!before && tried.status < 300 && writer.method !== 'DELETE' && tried.text.includes(canary))
      add(writer, tried, true, 'the second user changes an item of the first user')
    else if (tried.status >= 400) add(writer, tried, false, '')
  }
}

/** What the second user makes must not appear among the items of the first one. */
async function checkReverse(
  run: CheckRun,
  create: SpecOperation,
  readers: readonly SpecOperation[],
  second: Credentials,
  { canary, add }: Trial,
): Promise<void> {
  const { client } = run
  const input = second.wayFor(create.security) && inputWith(run, create, canary)
  const made = input && (await client.attempt({ ...toRequest(create, input), credentials: second }))
  if (!made || made.status >= 300) return
  const id = idOf(made)
  for (const reader of readers) {
    const request = requestOf(run, create, reader, id, canary)
    const foreign = request && (await client.attempt(request))
    if (
      foreign &&
      foreign.status < 300 &&
      foreign.text.split(canary).length > 1 + (request.path.includes(canary) ? 1 : 0)
    )
      add(reader, foreign, true, 'the first user sees what the second user wrote')
  }
}

/** 403 for an item of another user and 404 for one that does not exist tell strangers which items exist. */
async function checkOracle(
  { client, report }: CheckRun,
  operation: SpecOperation,
  request: RequestInput,
  second: Credentials,
): Promise<void> {
  const path = unknownId(operation, request)
  const missing = path === undefined ? undefined : await client.attempt({ ...request, path, credentials: second })
  if (missing?.status === 404)
    report.addTo(
      operation,
      'user-oracle',
      'an item of another user is answered with 403, and an unknown one with 404',
      missing.curl,
    )
}

/** A valid input with a text by which to find what it makes. Undefined where it takes none. */
function inputWith(run: CheckRun, create: SpecOperation, canary: string): CallValues | undefined {
  const values = ordinaryValues(run, create, { all: false })
  const field = create.fields.find(
    ({ place, name, schema }) =>
      (place === 'body' || place === 'form') &&
      name !== 'body' &&
      !isLearnt(name) &&
      isFreeText(schema) &&
      run.check.fits(schema, canary),
  )
  return values && field && withValue(values, field, canary)
}

/** A call about the item with this id: where a search is possible, for the canary. A call that writes changes its texts. */
function requestOf(
  run: CheckRun,
  create: SpecOperation,
  operation: SpecOperation,
  id: unknown,
  canary: string,
  isWriting = false,
): RequestInput | undefined {
  let values = ordinaryValues(run, operation, { all: isWriting }) ?? ordinaryValues(run, operation, { all: false })
  if (!values) return undefined
  for (const { place, name, schema } of isWriting ? operation.fields : [])
    if (place === 'body' && name !== 'body' && isFreeText(schema) && run.check.fits(schema, rewritten))
      values = withValue(values, { place, name }, rewritten)
  const own = ownParameters(create, operation)
  if (own.length > 0 && id === undefined) return undefined
  for (const name of own) values = withValue(values, { place: 'path', name }, id)
  for (const { name, place, schema } of operation.inputs)
    if (place === 'query' && /^(q|query|search|text|term)$/i.test(name) && schema.type === 'string')
      values = withValue(values, { place, name }, canary)
  return toRequest(operation, values)
}

const shapeOf = (path: string): string => path.replaceAll(/\{[^}]*\}/g, '{}').replace(/\/$/, '')

const isRelated = (create: SpecOperation, other: SpecOperation): boolean =>
  shapeOf(other.path) === shapeOf(create.path) ||
  (hasItem(create, other) && ownParameters(create, other).length === 1) ||
  (/^\/(search|find)/.test(other.path) && other.fields.some(({ name }) => /^(q|query)$/i.test(name)))

const isItemOf = (create: SpecOperation, other: SpecOperation): boolean =>
  shapeOf(other.path) === `${shapeOf(create.path)}/{}`
const hasItem = (create: SpecOperation, other: SpecOperation): boolean =>
  isItemOf(create, other) || shapeOf(other.path).startsWith(`${shapeOf(create.path)}/{}/`)

/** The path parameters that the creation does not have: the id of the item. */
const ownParameters = (create: SpecOperation, { fields }: SpecOperation): string[] =>
  fields
    .filter(
      ({ place, name }) => place === 'path' && !create.fields.some((one) => one.place === 'path' && one.name === name),
    )
    .map(({ name }) => name)

function idOf({ json, headers }: Exchange): unknown {
  const top = asObject(json)
  for (const node of [top, ...Object.values(top).map(asObject)]) {
    const key = ['id', '_id', 'uuid', ...Object.keys(node).filter((name) => /(_id|Id)$/.test(name))].find((name) =>
      ['string', 'number'].includes(typeof node[name]),
    )
    if (key) return node[key]
  }
  const last = headers.location?.split('?')[0]?.replace(/\/$/, '').split('/').at(-1)
  return last === undefined || last === '' ? undefined : decodeURIComponent(last)
}
