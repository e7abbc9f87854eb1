import { type CheckRun, ordinaryInput } from '../check-run.ts'
import { type RequestInput, toRequest } from '../client.ts'
import { resourceOf } from '../pool.ts'
import type { SpecOperation } from '../spec.ts'
import { checkAnswer } from './answer.ts'

/** Calls a protected operation without a token, with invalid tokens, and with the valid token in the wrong place. */
export async function checkAuth(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { client, report } = run
  if (!operation.isProtected) return
  const input = ordinaryInput(run, operation, false)
  if (!input) return
  const request = toRequest(operation, input)
  const token = client.token
  const cases: [code: 'auth-open' | 'auth-any-token' | 'auth-place', what: string, change: Partial<RequestInput>][] = [
    ['auth-open', 'no token', { token: null }],
    ['auth-any-token', 'an invalid token', { token: 'Bearer made-up-by-the-contract-tester' }],
    ['auth-any-token', 'an empty token', { token: 'Bearer ' }],
    ['auth-any-token', 'the token "undefined"', { token: 'Bearer undefined' }],
    ['auth-any-token', 'another scheme', { token: 'Token made-up-by-the-contract-tester' }],
    [
      'auth-any-token',
      'Basic with invalid credentials',
      { token: `Basic ${Buffer.from('made:up').toString('base64')}` },
    ],
  ]
  if (token) {
    cases.push(['auth-any-token', 'the token with an extra letter', { token: `Bearer ${token}x` }])
    cases.push(['auth-any-token', 'the token without its last letter', { token: `Bearer ${token.slice(0, -1)}` }])
    if (token.toUpperCase() !== token)
      cases.push(['auth-any-token', 'the token in capitals', { token: `Bearer ${token.toUpperCase()}` }])
    const join = request.path.includes('?') ? '&' : '?'
    cases.push([
      'auth-place',
      'the token in the query',
      { token: null, path: `${request.path}${join}access_token=${token}&token=${token}&api_key=${token}` },
    ])
  }
  for (const [code, what, change] of cases) {
    const exchange = await client.attempt({ ...request, ...change })
    if (!exchange) continue
    const { status, headers, curl } = exchange
    const more = { pointer: operation.pointer, curl: curl.replaceAll(token ?? '\0', '$TOKEN') }
    if (status < 300) report.add(code, operation.id, `${what} is answered with ${status}`, more)
    else if (status < 500 && ![401, 403, 429].includes(status))
      report.add('auth-status', operation.id, `${what} is answered with ${status}`, more)
    else if (status === 401 && !headers['www-authenticate'])
      report.add('auth-challenge', operation.id, `${what} is answered without WWW-Authenticate`, more)
    if (status >= 500) report.add('server-error', operation.id, `${what} is answered with ${status}`, more)
    if (status >= 400) checkAnswer({ operation, exchange, check: run.check, report, token })
  }
}

/** A read-only token must change nothing. */
export async function checkReadOnly(run: CheckRun, operation: SpecOperation, readOnlyToken: string): Promise<void> {
  if (!operation.isProtected || operation.method === 'GET') return
  const input = ordinaryInput(run, operation, false)
  if (!input) return
  const exchange = await run.client.attempt({ ...toRequest(operation, input), token: readOnlyToken })
  if (exchange && exchange.status < 300)
    run.report.addTo(
      operation,
      'scope-ignored',
      `the read-only token is answered with ${exchange.status}`,
      exchange.curl,
    )
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
  const input = ordinaryInput(run, operation, false)
  if (!input) return
  for (const { name, place, schema } of operation.fields)
    if (place === 'query' && /^(q|query|search|text|term)$/i.test(name) && schema.type === 'string')
      input[name] = canary
  const [own, foreign] = [
    await client.attempt(toRequest(operation, input)),
    await client.attempt({ ...toRequest(operation, input), token: secondToken }),
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
