import { type CallValues, withValue } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { RequestInput } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { sendStrange } from './odd.ts'

/** Reads in forms that clients and proxies send: the server may refuse some of them, and fails at none. */
export async function checkReads(run: CheckRun, operation: SpecOperation): Promise<void> {
  const values = operation.method === 'GET' ? ordinaryValues(run, operation, { all: false }) : undefined
  if (!values) return
  const request = toRequest(operation, values)
  const send = (what: string, change: Partial<RequestInput>) => async () =>
    void (await sendStrange(run, operation, what, { ...request, ...change }))
  await run.client.pace.each(
    oddReads(operation, request).map(([what, change]) => send(what, change)),
    run.isOver,
  )
  await checkIds(run, operation, values)
}

function oddReads({ inputs }: SpecOperation, request: RequestInput): [what: string, change: Partial<RequestInput>][] {
  const { path, headers } = request
  const [address = '', query = ''] = path.split('?')
  const more = (text: string): string => `${path}${query === '' ? '?' : '&'}${text}`
  const slash: [string, Partial<RequestInput>][] = address.endsWith('/')
    ? []
    : [['a slash at the end', { path: `${address}/${query === '' ? '' : `?${query}`}` }]]
  const cases: [string, Partial<RequestInput>][] = [
    ['Accept: image/x-contract', { headers: { ...headers, accept: 'image/x-contract' } }],
    ['Accept-Language: de-AT, xx;q=0.1', { headers: { ...headers, 'accept-language': 'de-AT, xx;q=0.1' } }],
    ...slash,
    ['a percent sign alone in the query', { path: more('contract=%') }],
    ['bytes in the query that are not UTF-8', { path: more('contract=%C0%AF') }],
    ['a long query', { path: more(`contract=${'x'.repeat(6_000)}`) }],
    ['a name of JavaScript in the query', { path: more('__proto__[a]=1&constructor=2') }],
  ]
  for (const { place, wireName, schema } of inputs)
    if (place === 'query') {
      const text = schema.type === 'integer' || schema.type === 'number' ? '1' : 'a'
      const twice = `${encodeURIComponent(wireName)}=${text}`
      cases.push([`${wireName} twice`, { path: more(`${twice}&${twice}`) }])
      cases.push([`${wireName} as an object`, { path: more(`${encodeURIComponent(wireName)}[a]=${text}`) }])
    }
  return cases
}

const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty']
const texts = [
  'undefined',
  '-1',
  '0',
  '1e9',
  '9'.repeat(30),
  'x'.repeat(1_500),
  '🥛',
  '%',
  "'",
  '..',
  '.',
  ' ',
  '\u0000',
  'a/b',
]

const oddBytes = [
  ['%zz', 'a percent sign alone'],
  ['%E0%A4%A', 'bytes that are not UTF-8'],
] as const

/** Ids that nobody has given. */
async function checkIds(run: CheckRun, operation: SpecOperation, values: CallValues): Promise<void> {
  const key = operation.inputs.findLast(({ place }) => place === 'path')
  if (!key || run.isOver()) return
  const send = (id: string) =>
    sendStrange(
      run,
      operation,
      `${key.name} = ${JSON.stringify(id.slice(0, 40))}`,
      toRequest(operation, withValue(values, key, id)),
    )
  const unknown = await send('unknown-to-all')
  const bytes = ([text, what]: readonly [string, string]) => {
    const { path, ...request } = toRequest(operation, withValue(values, key, 'zzmarkzz'))
    return sendStrange(run, operation, `${key.name} with ${what}`, { ...request, path: path.replace('zzmarkzz', text) })
  }
  const odd = [...texts.map((id) => () => send(id)), ...oddBytes.map((one) => () => bytes(one))]
  await run.client.pace.each(
    odd.map((one) => async () => void (await one())),
    run.isOver,
  )
  for (const id of names) {
    if (run.isOver()) return
    const exchange = await send(id)
    if (exchange && exchange.status < 300 && unknown?.status === 404)
      run.report.addTo(
        operation,
        'unknown-answered',
        `${key.name} = ${id} is answered with ${exchange.status}`,
        exchange.curl,
      )
  }
}

/** JSON may have a charset. */
export async function checkMediaTypeForms(run: CheckRun, operation: SpecOperation): Promise<void> {
  const [body] = operation.bodies
  if (!body || !/^application\/json$/i.test(body.mediaType) || operation.method === 'DELETE') return
  for (const type of ['application/json; charset=utf-8', 'application/json;charset=UTF-8']) {
    if (run.isOver()) return
    const values = ordinaryValues(run, operation, { all: false })
    const plain = values?.body && (await call(run, operation, values))
    if (!plain || plain.status >= 300) return
    const fresh = ordinaryValues(run, operation, { all: false })
    if (!fresh?.body) return
    const request = toRequest(operation, fresh)
    const exchange = await sendStrange(run, operation, `Content-Type: ${type}`, {
      ...request,
      headers: { ...request.headers, 'content-type': type },
    })
    if (
      exchange &&
      [400, 406, 415, 422].includes(exchange.status) &&
      request.body === toRequest(operation, values).body
    )
      run.report.addTo(
        operation,
        'valid-refused',
        `a body of ${type} is answered with ${exchange.status}`,
        exchange.curl,
      )
    else if (exchange?.status === 415)
      run.report.addTo(operation, 'valid-refused', `a body of ${type} is answered with 415`, exchange.curl)
  }
}
