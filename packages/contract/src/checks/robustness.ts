import { noValues, withValue } from '../calls/call-values.ts'
import type { CheckRun } from '../calls/check-run.ts'
import type { RequestInput } from '../calls/client.ts'
import { ordinaryValues } from '../calls/ordinary.ts'
import { toRequest } from '../calls/request.ts'
import type { SpecOperation } from '../spec.ts'
import { isFreeText } from '../values/texts.ts'
import { checkAnswer } from './answer.ts'

const malformed: [what: string, body: string | Buffer][] = [
  ['JSON that ends early', '{"a":'],
  ['text that is not JSON', 'not json'],
  ['an empty body', ''],
  ['a list', '[]'],
  ['null', 'null'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
]

const padding = 'x'.repeat(2 * 2 ** 20)

/** Sends invalid bodies, a body that is too long, and hostile text. */
export async function checkRobustness(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { client, report, check } = run
  const input = ordinaryValues(run, operation, { all: false })
  if (!input) return
  const request = toRequest(operation, input)
  const refusal = (what: string, status: number) => `${what} is answered with ${status}`
  /** Answers the exchange where the request is accepted. */
  const look = async (what: string, change: Partial<RequestInput>) => {
    const exchange = await client.attempt({ ...request, ...change })
    if (exchange && exchange.status >= 500)
      report.addTo(operation, 'server-error', refusal(what, exchange.status), exchange.curl)
    else if (exchange) checkAnswer({ operation, exchange, check, report, token: client.token })
    return exchange && exchange.status < 300 ? exchange : undefined
  }
  if (operation.bodySchema) {
    const needsBody = operation.fields.some(({ place, required }) => place === 'body' && required)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const cases: [what: string, change: Partial<RequestInput>][] = [
      ...malformed.map(([what, body]): [string, object] => [what, { body }]),
      ['a form in place of JSON', { headers, body: 'a=b' }],
    ]
    for (const [what, change] of cases) {
      if (what === 'an empty body' && !needsBody) continue
      const taken = await look(what, change)
      if (taken && (needsBody || /^(JSON|text|bytes)/.test(what)))
        report.addTo(operation, 'malformed-taken', refusal(what, taken.status), taken.curl)
    }
    if (operation.fields.some(({ place }) => place === 'body')) {
      const text = String(request.body)
      const body = Buffer.from(`{"padding":"${padding}"${text === '{}' ? '' : ','}${text.slice(1)}`)
      const taken = await look('2 MiB of body', { body })
      // A curl command of that length would be cut.
      if (taken) report.addTo(operation, 'size-unlimited', refusal('it', taken.status))
    }
  }
  for (const { name, schema, place } of operation.fields) {
    if (!isFreeText(schema) || ['header', 'cookie'].includes(place)) continue
    for (const text of ["' OR 1=1 --", '%00', '../../../../etc/passwd', '{{7*7}}', '\u0000\u0001', '__proto__'])
      if (check.fits(schema, text))
        await look(`${name} = ${JSON.stringify(text)}`, toRequest(operation, withValue(input, { place, name }, text)))
  }
}

/** Sends methods that the spec does not describe for a path. */
export async function checkMethods(run: CheckRun, path: string, operations: readonly SpecOperation[]): Promise<void> {
  const { client, report } = run
  const [one] = operations
  const input = one && ordinaryValues(run, one, { all: false })
  if (!one || !input) return
  const described = operations.map(({ method }) => method)
  const { path: target } = toRequest(one, { ...noValues(), path: input.path })
  for (const method of ['PATCH', 'PUT', 'PROPFIND']) {
    if (described.includes(method)) continue
    const exchange = await client.attempt({ method, path: target })
    if (!exchange) continue
    const more = { curl: exchange.curl }
    if (exchange.status >= 500) report.add('server-error', path, `${method} is answered with ${exchange.status}`, more)
    else if (exchange.status < 300)
      report.add('method-answered', path, `${method} is answered with ${exchange.status}`, more)
  }
}
