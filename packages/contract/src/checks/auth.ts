import { withValue } from '../calls/call-values.ts'
import type { CheckRun } from '../calls/check-run.ts'
import type { RequestInput } from '../calls/client.ts'
import { ordinaryValues } from '../calls/ordinary.ts'
import { resourceOf } from '../calls/pool.ts'
import { toRequest } from '../calls/request.ts'
import type { Code } from '../rules.ts'
import type { SpecOperation } from '../spec.ts'
import { checkAnswer } from './answer.ts'

/** Calls a protected operation without a token, with invalid tokens, and with the valid token in the wrong place. */
export async function checkAuth(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { client, report } = run
  if (!operation.isProtected) return
  const values = ordinaryValues(run, operation, { all: false })
  if (!values) return
  const request = toRequest(operation, values)
  const { token } = client
  const invalid = {
    'an invalid token': 'Bearer made-up-by-the-contract-tester',
    'an empty token': 'Bearer ',
    'the token "undefined"': 'Bearer undefined',
    'another scheme': 'Token made-up-by-the-contract-tester',
    'Basic with invalid credentials': `Basic ${Buffer.from('made:up').toString('base64')}`,
    ...(token && {
      'the token with an extra letter': `Bearer ${token}x`,
      'the token without its last letter': `Bearer ${token.slice(0, -1)}`,
    }),
    ...(token && token.toUpperCase() !== token && { 'the token in capitals': `Bearer ${token.toUpperCase()}` }),
  }
  const cases: [code: Code, what: string, change: Partial<RequestInput>][] = [
    ['auth-open', 'no token', { token: null }],
    ...Object.entries(invalid).map(([what, token]): (typeof cases)[number] => ['auth-any-token', what, { token }]),
  ]
  if (token) {
    const query = `access_token=${token}&token=${token}&api_key=${token}`
    const path = `${request.path}${request.path.includes('?') ? '&' : '?'}${query}`
    cases.push(['auth-place', 'the token in the query', { token: null, path }])
  }
  for (const [code, what, change] of cases) {
    const exchange = await client.attempt({ ...request, ...change })
    if (!exchange) continue
    const { status, headers } = exchange
    const curl = exchange.curl.replaceAll(token ?? '\0', '$TOKEN')
    const say = (code: Code, detail = `is answered with ${status}`) =>
      report.addTo(operation, code, `${what} ${detail}`, curl)
    if (status < 300) say(code)
    else if (status >= 500) say('server-error')
    else if (![401, 403, 429].includes(status)) say('auth-status')
    else if (status === 401 && !headers['www-authenticate'])
      say('auth-challenge', 'is answered without WWW-Authenticate')
    if (status >= 400) checkAnswer({ operation, exchange, check: run.check, report, token })
  }
}

/** A token that is expired or may only read must be refused. */
export async function checkRefusal(
  run: CheckRun,
  operation: SpecOperation,
  [code, what, token]: [code: Code, what: string, token: string],
): Promise<void> {
  const values = ordinaryValues(run, operation, { all: false })
  const exchange = values && (await run.client.attempt({ ...toRequest(operation, values), token }))
  if (exchange && exchange.status < 300)
    run.report.addTo(operation, code, `${what} is answered with ${exchange.status}`, exchange.curl)
}

/** Another user must not read, change or delete what one user made. Answers must not contain the first user's words. */
export async function checkUsers(
  run: CheckRun,
  operation: SpecOperation,
  secondToken: string,
  canary: string,
): Promise<void> {
  const { client, report, pool } = run
  if (!operation.isProtected) return
  const ids = operation.fields.filter(
    (field) => field.place === 'path' && pool.find(field, resourceOf(operation.path)) !== undefined,
  )
  // Other items may be public: only what this run made itself counts.
  const isForOne = ids.some((field) => pool.isMade(pool.find(field, resourceOf(operation.path))))
  if (!isForOne && operation.method !== 'GET') return
  let values = ordinaryValues(run, operation, { all: false })
  if (!values) return
  for (const { name, place, schema } of operation.inputs)
    if (place === 'query' && /^(q|query|search|text|term)$/i.test(name) && schema.type === 'string')
      values = withValue(values, { place, name }, canary)
  const [own, foreign] = [
    await client.attempt(toRequest(operation, values)),
    await client.attempt({ ...toRequest(operation, values), token: secondToken }),
  ]
  if (!own || !foreign || foreign.status >= 300) return
  const shows = foreign.text.includes(canary)
  if (
    shows ||
    (isForOne && own.status < 300 && operation.method === 'GET' && own.text === foreign.text && own.text.length > 2)
  )
    report.addTo(
      operation,
      'user-leak',
      shows ? 'the second user sees what the first user wrote' : 'the second user reads an item of the first user',
      foreign.curl,
    )
}
