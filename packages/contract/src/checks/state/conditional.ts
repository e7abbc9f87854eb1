import type { CallValues } from '../../calls/call-values.ts'
import { call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { toRequest } from '../../calls/request.ts'
import type { Code } from '../../rules/rules.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { type Life, listValues } from '../../state/life.ts'
import { make, membersOf, readThing, type Thing, valuesFor } from '../../state/making.ts'

/** An ETag stays with what it names, changes with it, and decides about conditional calls. */
export async function checkConditions(life: Life): Promise<void> {
  const { run, resource, thing: first, words } = life
  const { read, change, replace, lists } = resource
  const thing = (await make(run, resource, words.next(), { path: first.path })) ?? first
  const values = read && valuesFor(run, resource, read, thing)
  if (read && values) {
    const before = await checkTag(life, read, values)
    const writer = change ?? replace
    const tag = before?.headers.etag
    if (writer && before && tag) {
      const changed = await changeOnce(life, writer, thing)
      const after = changed && (await call(run, read, values))
      if (after && after.status < 300) await checkChangedTag(life, read, values, before, after)
      for (const one of [change, replace, resource.remove]) if (one) await checkMatch(life, one, thing, tag)
    }
  }
  const [list] = lists
  const whole = list && listValues(run, list, thing)
  if (!list || !whole) return
  const before = await checkTag(life, list, whole)
  const added = before?.headers.etag && (await make(run, resource, words.next(), { path: first.path }))
  const after = added && (await call(run, list, whole))
  if (before && after && after.status < 300) await checkChangedTag(life, list, whole, before, after)
}

/** Calls with a header that the spec may not describe. */
const sendWith = (
  { run }: Life,
  operation: SpecOperation,
  values: CallValues,
  headers: Record<string, string>,
): Promise<Exchange | undefined> => {
  const request = toRequest(operation, values)
  return run.client.attempt({ ...request, headers: { ...request.headers, ...headers } })
}

async function checkTag(life: Life, read: SpecOperation, values: CallValues): Promise<Exchange | undefined> {
  const { run } = life
  const { report } = run
  const [first, second] = [await call(run, read, values), await call(run, read, values)]
  const tag = first?.headers.etag
  if (!first || !second || first.status >= 300 || tag === undefined) return undefined
  if (!/^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(tag))
    report.addTo(read, 'etag-form', `the ETag is ${tag}`, first.curl, `ETag: "…" or W/"…"`)
  if (second.headers.etag !== tag && first.text === second.text) {
    report.addTo(
      read,
      'etag-unstable',
      `the same answer has the ETag ${tag}, and then ${second.headers.etag}`,
      second.curl,
      `ETag: ${tag}, as before`,
    )
    return undefined
  }
  if (first.text !== second.text) return undefined
  const say = (code: Code, detail: string, { curl }: Exchange, expected: string) =>
    report.addTo(read, code, detail, curl, expected)
  const known = await sendWith(life, read, values, { 'if-none-match': tag })
  if (known?.status === 412 || (known && known.status >= 400 && known.status !== 429))
    say('etag-wrong', `If-None-Match with the current ETag is answered with ${known.status}`, known, '304')
  else if (known?.status === 200)
    say('etag-unused', 'If-None-Match with the current ETag is answered with 200', known, '304')
  const other = await sendWith(life, read, values, { 'if-none-match': '"of-something-else"' })
  if (other && other.status !== 200 && other.status !== 429 && first.status === 200)
    say('etag-wrong', `If-None-Match with another ETag is answered with ${other.status}`, other, '200')
  const several =
    known?.status === 304
      ? await sendWith(life, read, values, { 'if-none-match': `"of-something-else", ${tag}` })
      : undefined
  if (several?.status === 200)
    say('etag-unused', 'If-None-Match with several ETags is answered with 200', several, '304')
  return first
}

async function checkChangedTag(
  { run }: Life,
  read: SpecOperation,
  values: CallValues,
  before: Exchange,
  after: Exchange,
): Promise<void> {
  if (before.text === after.text) return
  const { report } = run
  const tag = before.headers.etag ?? ''
  if (after.headers.etag === tag)
    return report.addTo(
      read,
      'etag-wrong',
      `the ETag ${tag} stays the same after a change`,
      after.curl,
      'another ETag after the change',
    )
  const request = toRequest(read, values)
  const stale = await run.client.attempt({ ...request, headers: { ...request.headers, 'if-none-match': tag } })
  if (stale?.status === 304)
    report.addTo(
      read,
      'etag-wrong',
      'If-None-Match with the ETag of before is answered with 304',
      stale.curl,
      '200 with the changed item',
    )
}

/** Changes one text. Answers whether that was accepted. */
async function changeOnce(life: Life, writer: SpecOperation, thing: Thing): Promise<boolean> {
  const { run, resource, words } = life
  const input = changeOf(life, writer, thing, words.next())
  if (!input) return false
  const plain = await call(run, writer, input)
  if (plain && plain.status < 300) return true
  const current = plain && [412, 428].includes(plain.status) ? await readThing(run, resource, thing) : undefined
  const again = current?.headers.etag && (await sendWith(life, writer, input, { 'if-match': current.headers.etag }))
  return again !== undefined && again !== '' && again.status < 300
}

function changeOf({ run, resource }: Life, writer: SpecOperation, thing: Thing, word: string): CallValues | undefined {
  const values = valuesFor(run, resource, writer, thing)
  const text = membersOf(run, writer).find(({ isText, schema }) => isText && run.values.fits(schema, word))
  const { body } = values ?? {}
  if (writer.method === 'DELETE') return values
  if (!values || !body || !text || body.value === null || typeof body.value !== 'object') return undefined
  return { ...values, body: { ...body, value: { ...body.value, [text.name]: word } } }
}

/** A stale If-Match must hinder a change, where the spec says that it is looked at. */
async function checkMatch(life: Life, writer: SpecOperation, thing: Thing, stale: string): Promise<void> {
  const { run, resource, words } = life
  const isDescribed =
    writer.responses[412] !== undefined ||
    writer.inputs.some(({ name, place }) => place === 'header' && /^if-match$/i.test(name))
  const input = changeOf(life, writer, thing, words.next())
  if (!isDescribed || !input) return
  const current = await readThing(run, resource, thing)
  const tag = current?.headers.etag
  if (!tag) return
  for (const wrong of new Set([stale, '"of-something-else"'])) {
    if (wrong === tag) continue
    const exchange = await sendWith(life, writer, input, { 'if-match': wrong })
    if (exchange && exchange.status < 300)
      return run.report.addTo(
        writer,
        'match-ignored',
        `If-Match with ${wrong === stale ? 'the ETag of before the last change' : 'another ETag'} is answered with ${exchange.status}`,
        exchange.curl,
      )
    if (exchange && writer.responses[412] && [400, 404, 409, 422].includes(exchange.status))
      run.report.addTo(
        writer,
        'match-status',
        `a stale If-Match is answered with ${exchange.status}, and the spec describes 412`,
        exchange.curl,
        '412',
      )
  }
  if (writer.method === 'DELETE' || tag.startsWith('W/')) return
  const right = await sendWith(life, writer, input, { 'if-match': tag })
  if (right?.status === 412)
    run.report.addTo(writer, 'etag-wrong', 'If-Match with the current ETag is answered with 412', right.curl, '2xx')
}
