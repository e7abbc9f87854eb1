import { noValues } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { sendStrange } from './odd.ts'

/** What one path answers to the methods that the spec does not describe, and to HEAD. */
export async function checkMethods(
  run: CheckRun,
  path: string,
  operations: readonly SpecOperation[],
  { described: all, safe }: { described: readonly SpecOperation[]; safe: boolean },
): Promise<void> {
  const [one] = operations
  const values = one && ordinaryValues(run, one, { all: false })
  if (!one || !values) return
  const request = toRequest(one, { ...noValues(), path: values.path })
  const target = request.path.replace(/\?.*/s, '')
  // `/users/me` is also `/users/{id}`.
  const described = new Set(all.filter((other) => expressionOf(other.path).test(target)).map(({ method }) => method))
  const subject = { id: path, pointer: `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}` }
  const isOwn = Object.values(values.path).some((value) => run.pool.isMade(value))
  const refused = new Map<string, Exchange>()
  let unknown: Exchange | undefined
  for (const method of ['PUT', 'PATCH', 'POST', 'DELETE', 'PROPFIND']) {
    // What this run has not made must not be deleted, whatever the server does.
    if (described.has(method) || (method === 'DELETE' && !isOwn) || (safe && method !== 'PROPFIND')) continue
    const exchange = await sendStrange(run, subject, method, { ...request, method, body: undefined })
    if (!exchange) continue
    if (exchange.status === 405) refused.set(method, exchange)
    if (exchange.status === 404) unknown ??= exchange
    if (exchange.status < 300)
      run.report.addTo(subject, 'method-answered', `${method} is answered with ${exchange.status}`, exchange.curl)
  }
  judgeAllow(run, subject, refused, operations)
  // One for all paths, because the framework decides it.
  const isPromised = all.some(({ responses }) => responses[405] !== undefined)
  if (isPromised && unknown && refused.size === 0 && Object.keys(values.path).length === 0)
    run.report.addTo({ id: 'spec', pointer: '/paths' }, 'method-unknown', `${path} answers 404`, unknown.curl)
  if (!described.has('OPTIONS'))
    await sendStrange(run, subject, 'OPTIONS', { ...request, method: 'OPTIONS', body: undefined })
  await checkTrace(run, subject, { ...request, body: undefined })
  const read = operations.find(({ method }) => method === 'GET')
  if (read && !described.has('HEAD')) await checkHead(run, read)
}

const expressionOf = (path: string): RegExp =>
  new RegExp(
    `^${path
      .split(/\{[^{}]*\}/)
      .map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&'))
      .join('[^/]+')}$`,
  )

/** A 405 says in Allow which methods there are, and says the truth. */
function judgeAllow(
  { report }: CheckRun,
  subject: { id: string; pointer: string },
  refused: ReadonlyMap<string, Exchange>,
  operations: readonly SpecOperation[],
): void {
  const wanted = `Allow: ${operations.map(({ method }) => method).join(', ')}`
  for (const [method, { headers, curl }] of refused) {
    const say = (detail: string) => report.addTo(subject, 'allow-wrong', detail, curl, wanted)
    if (headers.allow === undefined) {
      report.addTo(subject, 'allow-missing', `${method} is answered with 405 without Allow`, curl, wanted)
      continue
    }
    const allowed = headers.allow.split(',').map((one) => one.trim().toUpperCase())
    const missing = operations.map((one) => one.method).filter((one) => !allowed.includes(one) && one !== 'OPTIONS')
    const [wrong] = allowed.filter((one) => refused.has(one))
    if (missing.length > 0) say(`Allow is ${headers.allow}, and the spec also describes ${missing.join(', ')}`)
    else if (wrong) say(`Allow has ${wrong}, which is answered with 405`)
  }
}

async function checkTrace(
  run: CheckRun,
  subject: { id: string; pointer: string },
  request: RequestInput,
): Promise<void> {
  const word = 'sent-by-the-contract-tester'
  const headers = { ...request.headers, 'x-contract': word }
  const exchange = await sendStrange(run, subject, 'TRACE', { ...request, method: 'TRACE', headers })
  if (exchange && exchange.status < 300 && exchange.text.includes(word))
    run.report.addTo(
      subject,
      'trace-on',
      `TRACE is answered with ${exchange.status} and the headers sent`,
      exchange.curl,
    )
  else if (exchange && exchange.status < 300)
    run.report.addTo(subject, 'method-answered', `TRACE is answered with ${exchange.status}`, exchange.curl)
}

/** HEAD answers as GET does, without the body. */
async function checkHead(run: CheckRun, read: SpecOperation): Promise<void> {
  const { report } = run
  const values = ordinaryValues(run, read, { all: false })
  const get = values && (await call(run, read, values))
  if (!values || !get || get.status >= 300) return
  const request = toRequest(read, values)
  const head = await sendStrange(run, read, 'HEAD', { ...request, method: 'HEAD', body: undefined })
  if (!head || head.status === 429 || head.status >= 500) return
  if ([404, 405, 501].includes(head.status))
    return report.addTo(read, 'head-missing', `HEAD is answered with ${head.status}`, head.curl)
  const say = (detail: string, expected: string) => report.addTo(read, 'head-differs', detail, head.curl, expected)
  if (head.status !== get.status && !(head.status === 204 && get.text === ''))
    return say(`GET is answered with ${get.status} and HEAD with ${head.status}`, String(get.status))
  const again = await call(run, read, values)
  const isSteady = again?.text === get.text
  for (const name of ['content-type', 'content-length', 'etag']) {
    const [expected, shown] = [get.headers[name], head.headers[name]]
    // A header that takes a body to make may be left out.
    if (expected === undefined || shown === undefined || shown === expected) continue
    if ((name === 'content-type' || isSteady) && again?.headers[name] === expected)
      say(`${name} is ${expected} for GET and ${shown} for HEAD`, `${name}: ${expected}`)
  }
}
