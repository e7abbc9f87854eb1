import { type CheckRun, ordinaryInput } from '../check-run.ts'
import { toRequest } from '../client.ts'
import type { SpecOperation } from '../spec.ts'
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
  const input = ordinaryInput(run, operation, false)
  if (!input) return
  const request = toRequest(operation, input)
  const look = async (what: string, change: Partial<typeof request>) => {
    const exchange = await client.attempt({ ...request, ...change })
    if (!exchange) return undefined
    const more = { pointer: operation.pointer, curl: exchange.curl }
    if (exchange.status >= 500)
      report.add('server-error', operation.id, `${what} is answered with ${exchange.status}`, more)
    else checkAnswer({ operation, exchange, check, report, token: client.token })
    return { ...exchange, more }
  }
  if (operation.bodySchema) {
    const needsBody = operation.fields.some(({ place, required }) => place === 'body' && required)
    for (const [what, body] of malformed) {
      if (what === 'an empty body' && !needsBody) continue
      const found = await look(what, { body })
      if (found && found.status < 300 && (needsBody || /JSON|UTF/.test(what)))
        report.add('malformed-taken', operation.id, `${what} is answered with ${found.status}`, found.more)
    }
    const found = await look('a form in place of JSON', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a=b',
    })
    if (found && found.status < 300 && needsBody)
      report.add('malformed-taken', operation.id, `a form is answered with ${found.status}`, found.more)
    const [first] = operation.fields.filter(({ place }) => place === 'body')
    if (first) {
      const text = String(request.body)
      const large = await look('2 MiB of body', {
        body: Buffer.from(`{"padding":"${padding}"${text === '{}' ? '' : ','}${text.slice(1)}`),
      })
      if (large && large.status < 300) report.addTo(operation, 'size-unlimited', `it is answered with ${large.status}`)
    }
  }
  for (const { name, schema, place } of operation.fields) {
    if (
      schema.type !== 'string' ||
      ['header', 'cookie'].includes(place) ||
      schema.enum ||
      schema.format ||
      schema.pattern
    )
      continue
    for (const text of ["' OR 1=1 --", '%00', '../../../../etc/passwd', '{{7*7}}', '\u0000\u0001', '__proto__'])
      if (check.fits(schema, text))
        await look(`${name} = ${JSON.stringify(text)}`, toRequest(operation, { ...input, [name]: text }))
  }
}

/** Sends methods that the spec does not describe for a path. */
export async function checkMethods(run: CheckRun, path: string, operations: readonly SpecOperation[]): Promise<void> {
  const { client, report } = run
  const [one] = operations
  const input = one && ordinaryInput(run, one, false)
  if (!one || !input) return
  const described = operations.map(({ method }) => method)
  const { path: target } = toRequest({ ...one, fields: one.fields.filter(({ place }) => place === 'path') }, input)
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
