import { isJsonType } from '@reference-plugins/reader'
import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { anonymous, sendStrange } from './odd.ts'

const origin = 'https://contract-tester.example'

/**
 * What web pages can do. A server without any CORS headers is only for programs, which is its choice; one that has them
 * must have them wherever a page needs them.
 */
export async function checkCors(run: CheckRun, operations: readonly SpecOperation[]): Promise<void> {
  const reads = operations.filter(({ method, id }) => method === 'GET' && run.report.answered.has(id))
  const open: SpecOperation[] = []
  const { pace } = run.client
  const read = (operation: SpecOperation) => async () => {
    const answer = await readFrom(run, operation, origin)
    if (!answer) return
    await judgeOrigin(run, operation, answer)
    if (allows(answer, origin)) open.push(operation)
  }
  await pace.each(reads.map(read), run.isOver)
  if (open.length === 0 || open.length * 2 < reads.length) return
  const ask = (operation: SpecOperation) => async () => {
    await checkPreflight(run, operation)
    await checkErrors(run, operation)
  }
  await pace.each(operations.map(ask), run.isOver)
}

async function readFrom(run: CheckRun, operation: SpecOperation, from: string): Promise<Exchange | undefined> {
  const values = ordinaryValues(run, operation, { all: false })
  const request = values && toRequest(operation, values)
  const answer = request && (await run.client.attempt({ ...request, headers: { ...request.headers, origin: from } }))
  return answer && answer.status < 300 ? answer : undefined
}

const allows = ({ headers }: Exchange, from: string): boolean =>
  ['*', from].includes(String(headers['access-control-allow-origin']))

async function judgeOrigin(run: CheckRun, operation: SpecOperation, answer: Exchange): Promise<void> {
  const allowed = answer.headers['access-control-allow-origin']
  if (answer.headers['access-control-allow-credentials'] !== 'true' || allowed === undefined) return
  const isReflected = allowed === origin
  const other = isReflected ? undefined : await readFrom(run, operation, 'null')
  const isNull = other?.headers['access-control-allow-origin'] === 'null'
  if (!isReflected && !isNull) return
  // Without users there is nothing that the credentials of one could open.
  const code = run.operations.some(({ isProtected }) => isProtected) ? 'cors-credentials' : 'cors-reflected'
  const detail = `Origin ${isReflected ? origin : 'null'} is allowed, with credentials`
  run.report.addTo(operation, code, detail, (other ?? answer).curl)
}

/** The headers that a page has to ask for. */
function neededHeaders(run: CheckRun, operation: SpecOperation): string[] | undefined {
  const values = ordinaryValues(run, operation, { all: false })
  if (!values) return undefined
  const { headers = {} } = toRequest(operation, values)
  const isSimple = (name: string, value: string): boolean =>
    ['accept', 'accept-language', 'content-language', 'range', 'cookie'].includes(name) ||
    (name === 'content-type' &&
      !isJsonType(value) &&
      /^(text\/plain|multipart\/form-data|application\/x-www-form-urlencoded)/.test(value))
  const names = Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name, value]) => !isSimple(name, value))
    .map(([name]) => name)
  return [...new Set([...names, ...(operation.isProtected ? ['authorization'] : [])])].sort()
}

/** Headers that the operation describes and that a page may send. */
const otherHeaders = ({ inputs }: SpecOperation, needed: readonly string[]): string[] =>
  inputs
    .filter(({ place, required }) => place === 'header' && !required)
    .map(({ wireName }) => wireName.toLowerCase())
    .filter((name) => !needed.includes(name) && !/^(accept|accept-language|content-language|range|cookie)$/.test(name))

async function checkPreflight(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { method } = operation
  const needed = neededHeaders(run, operation)
  const values = ordinaryValues(run, operation, { all: false })
  // A page asks first only where the call is more than a form could send.
  const isSimple = ['GET', 'HEAD', 'POST'].includes(method) && needed?.length === 0
  if (!needed || !values || isSimple || ['OPTIONS', 'TRACE'].includes(method)) return
  const { path } = toRequest(operation, values)
  const others = otherHeaders(operation, needed)
  const asked = [...needed, ...others]
  const headers = {
    origin,
    'access-control-request-method': method,
    ...(asked.length > 0 && { 'access-control-request-headers': asked.join(',') }),
  }
  const answer = await sendStrange(run, operation, 'a preflight', anonymous({ method: 'OPTIONS', path, headers }))
  if (!answer || answer.status >= 500 || answer.status === 429) return
  const wanted = [
    `204 with Access-Control-Allow-Origin: *`,
    `Access-Control-Allow-Methods: ${method}`,
    ...(asked.length > 0 ? [`Access-Control-Allow-Headers: ${asked.join(', ')}`] : []),
  ].join('; ')
  const say = (detail: string) => run.report.addTo(operation, 'cors-preflight', detail, answer.curl, wanted)
  if ([404, 405].includes(answer.status))
    return run.report.addTo(
      operation,
      'cors-preflight-missing',
      `OPTIONS is answered with ${answer.status}`,
      answer.curl,
      wanted,
    )
  if (answer.status >= 300) return say(`OPTIONS is answered with ${answer.status}`)
  if (!allows(answer, origin)) return say('OPTIONS is answered without Access-Control-Allow-Origin')
  const listed = (name: string): string[] =>
    String(answer.headers[name] ?? '')
      .toLowerCase()
      .split(',')
      .map((one) => one.trim())
  const methods = listed('access-control-allow-methods')
  const allowed = listed('access-control-allow-headers')
  const isListed = methods.includes(method.toLowerCase()) || methods.includes('*')
  if (!['GET', 'HEAD', 'POST'].includes(method) && !isListed)
    return say(`Access-Control-Allow-Methods does not have ${method}`)
  const missing = asked.filter((name) => !allowed.includes(name) && !allowed.includes('*'))
  const detail = `Access-Control-Allow-Headers does not have ${missing.join(', ')}`
  const { id, pointer } = operation
  // Without an optional header the call is still possible.
  if (missing.some((name) => needed.includes(name))) say(detail)
  else if (missing.length > 0)
    run.report.add('cors-preflight', id, detail, { pointer, curl: answer.curl, expected: wanted, severity: 'note' })
}

/** A page can read a refusal only if that has the header too. */
async function checkErrors(run: CheckRun, operation: SpecOperation): Promise<void> {
  const values = ordinaryValues(run, operation, { all: false })
  if (!values) return
  const request = toRequest(operation, values)
  const headers = { ...request.headers, origin }
  const tried: Exchange[] = []
  const add = (one: Exchange | undefined) => {
    if (one && one.status >= 400 && one.status < 500) tried.push(one)
  }
  if (operation.isProtected) add(await run.client.attempt(anonymous({ ...request, headers })))
  if (request.body !== undefined) add(await run.client.attempt({ ...request, headers, body: '{"a":' }))
  const [key] = operation.inputs.filter(({ place, schema }) => place === 'path' && schema.type === 'string')
  if (key && operation.method === 'GET')
    add(
      await run.client.attempt({
        ...toRequest(operation, { ...values, path: { ...values.path, [key.name]: 'unknown-to-all' } }),
        headers,
      }),
    )
  for (const one of tried)
    if (!allows(one, origin))
      run.report.addTo(operation, 'cors-errors', `${one.status} has no Access-Control-Allow-Origin`, one.curl)
}
