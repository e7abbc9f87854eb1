import type { CallValues } from '../../calls/call-values.ts'
import { type CheckRun, keepCase } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import { isOpaque, ordinaryValues } from '../../calls/ordinary.ts'
import type { Job } from '../../calls/pace.ts'
import { toRequest } from '../../calls/request.ts'
import { subjectsOf } from '../../calls/subjects.ts'
import { asArray, asObject, type SpecOperation } from '../../spec/spec.ts'
import { type Part, partsOf, withPart } from '../../values/parts.ts'
import { isFreeText } from '../../values/texts.ts'
import { checkAnswer } from './answer.ts'

const deep = 'deep nesting'
const malformed: [what: string, body: string | Buffer][] = [
  ['JSON that ends early', '{"a":'],
  ['text that is not JSON', 'not json'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  [deep, `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
]

const padding = 'x'.repeat(2 * 2 ** 20)

/** Sends a request that is to be refused, and judges the refusal. Answers the exchange where it is accepted. */
async function sendOdd(
  run: CheckRun,
  operation: SpecOperation,
  what: string,
  request: RequestInput,
  values?: CallValues,
): Promise<Exchange | undefined> {
  const { client, report, check } = run
  const before = report.added
  const exchange = await client.attempt(request)
  if (exchange && exchange.status >= 500)
    report.add('server-error', operation.id, `${what} is answered with ${exchange.status}`, {
      pointer: operation.pointer,
      curl: exchange.curl,
      // Parsers of well-known frameworks run out of stack. No assistant sends this, and nothing is at risk.
      ...(what === deep && { severity: 'warning' }),
    })
  // A redirect to a clean path refuses `../` and `//`.
  else if (exchange && ![301, 302, 307, 308].includes(exchange.status))
    checkAnswer({ operation, exchange, check, report, token: client.token })
  if (exchange && values && report.added > before) keepCase(run, exchange, { operation, values })
  return exchange && exchange.status < 300 ? exchange : undefined
}

/** Invalid bodies, and one that is too long. */
export function* oddBodies(run: CheckRun, operation: SpecOperation): Generator<Job> {
  const values = ordinaryValues(run, operation, { all: false })
  const [body] = operation.bodies
  if (!operation.bodySchema || !body || !values?.body) return
  const request = toRequest(operation, values)
  const isForm = operation.bodies.some(({ mediaType }) => /form/.test(mediaType))
  const hasNeeds = asArray(body.schema.required).length > 0
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const cases: [what: string, change: Partial<RequestInput>][] = [
    ...malformed.map(([what, body]): [string, object] => [what, { body }]),
    // Where the body is optional, none at all is as good.
    ...(body.isRequired ? [['an empty body', { body: '' }] as [string, object]] : []),
    ...(isForm
      ? []
      : [['a form in place of JSON', { headers: { ...request.headers, ...form }, body: 'a=b' }] as [string, object]]),
  ]
  for (const [what, change] of cases)
    yield async () => {
      const taken = await sendOdd(run, operation, what, { ...request, ...change })
      if (taken && (hasNeeds || /^(JSON|text|bytes)/.test(what)))
        run.report.addTo(operation, 'malformed-taken', `${what} is answered with ${taken.status}`, taken.curl)
    }
  for (const mediaType of foreignTypes(operation)) yield () => sendForeignType(run, operation, mediaType)
  const { value } = values.body
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    yield () => sendLongBody(run, operation, request, value)
}

/** The media types that a page of another site can send, where the spec describes that others are refused. */
const foreignTypes = ({ bodies, responses }: SpecOperation): string[] =>
  responses[415] === undefined || bodies.some(({ mediaType }) => !/json$/.test(mediaType))
    ? []
    : ['text/plain', 'application/x-www-form-urlencoded']

/** What is right in everything but its media type. A form has only texts. */
async function sendForeignType(run: CheckRun, operation: SpecOperation, mediaType: string): Promise<void> {
  // It may have to be new each time.
  const values = ordinaryValues(run, operation, { all: false })
  const value = values?.body?.value
  if (!values || value === undefined) return
  const request = toRequest(operation, values)
  const members = Object.entries(asObject(value)).filter((one): one is [string, string] => typeof one[1] === 'string')
  const isForm = mediaType !== 'text/plain'
  if (isForm && (members.length === 0 || members.length < Object.keys(asObject(value)).length)) return
  const body = isForm ? new URLSearchParams(members).toString() : request.body
  const headers = { ...request.headers, 'content-type': mediaType }
  const what = isForm ? `a form with ${members.map(([name]) => name).join(', ')}` : `JSON as ${mediaType}`
  const taken = await sendOdd(run, operation, what, { ...request, headers, body })
  if (taken) run.report.addTo(operation, 'media-type-taken', `${what} is answered with ${taken.status}`, taken.curl)
}

async function sendLongBody(
  run: CheckRun,
  operation: SpecOperation,
  request: RequestInput,
  value: object,
): Promise<void> {
  const long = Buffer.from(JSON.stringify({ padding, ...value }))
  const first = await sendOdd(run, operation, '2 MiB of body', { ...request, body: long })
  // Where only the member is refused, spaces show whether there is the limit that the spec describes.
  const spaces = Buffer.from(JSON.stringify(value).padEnd(padding.length))
  const isDescribed = operation.responses[413] !== undefined
  const taken =
    first ?? (isDescribed && (await sendOdd(run, operation, '2 MiB of spaces', { ...request, body: spaces })))
  // A curl command of that length would be cut.
  if (taken) run.report.addTo(operation, 'size-unlimited', `it is answered with ${taken.status}`)
}

const hostile = ["' OR 1=1 --", '%00', '../../../../etc/passwd', '{{7*7}}', '([*', '\u0000\u0001', '__proto__']

/** Hostile text in each place of free text: it may be accepted or refused, and nothing else. */
export function* hostileTexts(run: CheckRun, operation: SpecOperation): Generator<Job> {
  const values = ordinaryValues(run, operation, { all: false })
  if (!values) return
  const whole = ordinaryValues(run, operation, { all: true }) ?? values
  for (const subject of subjectsOf(operation)) {
    const { input } = subject
    const value = subject.get(whole) ?? (input && isOpaque(input) ? run.values.ordinary(subject.schema) : undefined)
    if (value === undefined || ['header', 'cookie'].includes(subject.place)) continue
    const fits = (schema: Record<string, unknown>, one: unknown) => run.values.fits(schema, one)
    const parts = partsOf(subject.schema, value, fits)
    const texts = parts.filter(({ form }) => isFreeText(form)).slice(0, 12)
    const maps = parts.filter(({ form }) => isFreeText(asObject(form.additionalProperties)))
    const cases = [
      ...hostile.flatMap((text) => texts.map(({ path }): [Part['path'], unknown] => [path, text])),
      ...maps.map(({ path }): [Part['path'], unknown] => [path, { constructor: 'a', toString: 'b', 'c.d $e': 'f' }]),
    ]
    for (const [path, odd] of cases) {
      // The rest may have to be new each time.
      const current = ordinaryValues(run, operation, { all: false }) ?? values
      const root = withPart(subject.get(current), value, path, odd)
      if (!fits(subject.schema, root)) continue
      const what = `${subject.label(path)} = ${JSON.stringify(odd)}`
      const sent = subject.set(current, root)
      yield async () => void (await sendOdd(run, operation, what, toRequest(operation, sent), sent))
    }
  }
}
