import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import { type CredentialSource, type Credentials, type Placed, placeAll } from '../../calls/credentials.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import type { Code } from '../../rules/rules.ts'
import type { Scheme } from '../../spec/security-schemes.ts'
import { asArray, asObject, type SpecOperation } from '../../spec/spec.ts'
import { checkAnswer } from '../operations/answer.ts'
import { type Forgery, forgeriesFor, lenientForms } from './forgeries.ts'

type Tried = [code: Code, what: string, credentials: CredentialSource | null]

/** A secret of the run for each scheme of an operation. Undefined where there is none. */
type Secrets = readonly [Scheme, string | undefined][]

/** Calls a protected operation without credentials and with made-up ones. */
export async function checkAuth(run: CheckRun, operation: SpecOperation): Promise<void> {
  if (!operation.isProtected) return checkPublic(run, operation)
  const request = requestFor(run, operation)
  if (!request) return
  const secrets = secretsFor(run, operation)
  const schemes = secrets.map(([scheme]) => scheme)
  const usual = await attempt(run, operation, { ...request, credentials: null }, 'no token', 'auth-open', schemes)
  for (const [scheme, secret] of secrets) {
    const others = secrets.filter(([one]) => one !== scheme)
    const cases: Tried[] = forgeriesFor(scheme, undefined)
      .slice(0, 1)
      .map((one) => ['auth-any-token', one.what, forge(run, scheme, one, others, secret)])
    if (others.some(([, one]) => one)) cases.push(['auth-open', `a call without ${scheme.name}`, fixed(placed(others))])
    await attemptAll(run, operation, request, cases, schemes)
  }
  if (request.method === 'GET') await checkHead(run, operation, request)
  if (usual?.status === 401) await checkOrder(run, operation, request)
}

/**
 * Tries forged and misplaced credentials, those that look most alike on one operation for each method. Servers block
 * callers who send many of them, so it comes last and ends where that happens.
 */
export async function checkForgeries(
  run: CheckRun,
  operations: readonly SpecOperation[],
  expired: Credentials,
): Promise<void> {
  const complete = new Set<string>()
  for (const operation of operations.filter(({ isProtected }) => isProtected)) {
    const request = requestFor(run, operation)
    if (!request || run.isOver()) continue
    const secrets = secretsFor(run, operation)
    const schemes = secrets.map(([scheme]) => scheme)
    const key = `${operation.method} ${schemes.map(({ name }) => name).join()}`
    const isComplete = !complete.has(key)
    complete.add(key)
    const cases: Tried[] = secrets.flatMap(([scheme, secret]) =>
      casesFor(run, operation, secrets, scheme, secret, isComplete),
    )
    if (expired.wayFor(operation.security)?.length) cases.push(['auth-any-token', 'an expired token', expired])
    if (!(await attemptAll(run, operation, request, cases, schemes))) {
      const reason = 'the server blocks callers with refused tokens: it answers 429'
      return run.report.skip('all protected operations', 'some invalid tokens', reason)
    }
    if (isComplete) await checkCase(run, operation, request, secrets)
  }
}

function casesFor(
  run: CheckRun,
  operation: SpecOperation,
  secrets: Secrets,
  scheme: Scheme,
  secret: string | undefined,
  isComplete: boolean,
): Tried[] {
  const others = secrets.filter(([one]) => one !== scheme)
  const made = (code: Code, forgeries: readonly Forgery[]): Tried[] =>
    forgeries
      .filter(({ value, isWhole }) => isWhole || value !== secret)
      .map((one) => [code, one.what, forge(run, scheme, one, others, secret)])
  const forgeries = forgeriesFor(scheme, secret).slice(1)
  const cases = made('auth-any-token', isComplete ? forgeries : forgeries.filter(({ isSimple }) => isSimple))
  if (!secret || !isComplete) return cases
  cases.push(...made('auth-lenient', lenientForms(scheme, secret, waysOf(run, operation))))
  if (scheme.place === 'query') return cases
  const query = ['access_token', 'token', 'api_key', 'apikey', 'key'].map((name): [string, string] => [name, secret])
  return [...cases, ['auth-place', 'the token in the query', fixed({ ...placed(others), query })]]
}

function secretsFor({ client }: CheckRun, { security }: SpecOperation): Secrets {
  const { credentials } = client
  const way = credentials.wayFor(security)
  const schemes = way ?? Object.keys(security?.[0] ?? {}).map((name) => credentials.schemeOf(name))
  return schemes.map((scheme) => [scheme, way && credentials.secretOf(scheme.name)])
}

/** Answers whether the server went on answering. */
async function attemptAll(
  run: CheckRun,
  operation: SpecOperation,
  request: RequestInput,
  cases: readonly Tried[],
  schemes: readonly Scheme[],
): Promise<boolean> {
  let isBlocked = false
  const calls = cases.map(([code, what, credentials]) => async () => {
    const exchange = await attempt(run, operation, { ...request, credentials }, what, code, schemes)
    isBlocked ||= exchange?.status === 429
  })
  await run.client.pace.each(calls, () => isBlocked)
  return !isBlocked
}

/** Judges the answer to a call that must be refused. */
async function attempt(
  run: CheckRun,
  operation: SpecOperation,
  request: RequestInput,
  what: string,
  code: Code,
  schemes: readonly Scheme[],
): Promise<Exchange | undefined> {
  const { client, report, check } = run
  const exchange = await client.attempt(request)
  if (!exchange) return undefined
  const { status, headers, curl } = exchange
  const wanted = schemes.find(({ kind }) => kind === 'bearer' || kind === 'basic')?.kind
  const challengeOf = wanted && `WWW-Authenticate: ${wanted === 'bearer' ? 'Bearer' : 'Basic'}`
  const say = (code: Code, detail = `is answered with ${status}`) =>
    report.addTo(operation, code, `${what} ${detail}`, curl, challengeOf && `401 with ${challengeOf}`)
  if (status < 300) say(code)
  else if (status >= 500 && status !== 501) say('server-error')
  else if (![401, 403, 429, 501].includes(status)) {
    // A value that HTTP itself forbids may be refused as such.
    if (code !== 'auth-lenient' && code !== 'auth-place' && status !== 431) say('auth-status')
  } else if (status === 403 && request.credentials === null && schemes.some(({ kind }) => kind === 'bearer')) {
    // Some frameworks do this, and clients of today accept it.
    const detail = `${what} is answered with 403, which says that a token would not help`
    report.add('auth-status', operation.id, detail, { pointer: operation.pointer, curl, severity: 'note' })
  } else if (status === 401 && schemes.some(({ kind }) => kind !== 'key')) {
    const challenge = String(headers['www-authenticate'] ?? '')
    const isOther =
      wanted && /^(bearer|basic|digest) ?/i.test(challenge) && !new RegExp(`\\b${wanted}\\b`, 'i').test(challenge)
    if (challenge === '') say('auth-challenge', 'is answered without WWW-Authenticate')
    else if (isOther) say('auth-challenge', `is answered with the challenge ${challenge.slice(0, 60)}, not ${wanted}`)
  }
  if (status >= 400) checkAnswer({ operation, exchange, check, report, token: client.token })
  const leaked = echoed(run, exchange)
  if (leaked) report.addTo(operation, 'auth-echo', `the answer to ${what} contains the token that was sent`, curl)
  return exchange
}

const echoed = ({ client }: CheckRun, { text, headers: { 'set-cookie': _, ...headers } }: Exchange): boolean =>
  client.credentials.values
    .flatMap((one) => [
      one,
      one.replace(/^\w+ /, ''),
      ...(one.includes(':') ? [one.split(':').slice(1).join(':')] : []),
    ])
    .some((one) => one.length > 7 && `${text} ${JSON.stringify(headers)}`.includes(one))

/** HEAD is GET without a body, so it needs the same token. */
async function checkHead({ client, report }: CheckRun, operation: SpecOperation, request: RequestInput): Promise<void> {
  const exchange = await client.attempt({ ...request, method: 'HEAD', credentials: null })
  if (exchange && exchange.status < 300)
    report.addTo(operation, 'auth-open', `HEAD without a token is answered with ${exchange.status}`, exchange.curl)
}

/** A stranger must learn that a token is missing, before anything about the body or about what exists. */
async function checkOrder(run: CheckRun, operation: SpecOperation, request: RequestInput): Promise<void> {
  const { client, report } = run
  const say = (what: string, { status, curl }: Exchange) =>
    report.addTo(operation, 'auth-order', `${what} without a token is answered with ${status}`, curl)
  if (request.body !== undefined && operation.bodySchema) {
    for (const [what, body] of Object.entries({ 'an empty object': '{}', 'a list as the body': '[1]' })) {
      const exchange = await client.attempt({ ...request, body, credentials: null })
      if (exchange && [400, 409, 422].includes(exchange.status)) return say(what, exchange)
    }
  }
  const unknown = unknownId(operation, request)
  if (unknown === undefined) return
  const exchange = await client.attempt({ ...request, path: unknown, credentials: null })
  if (exchange && exchange.status === 404) say('an item that does not exist', exchange)
}

/** The path with another id at its end. Undefined where the path has none. */
export function unknownId({ path }: SpecOperation, request: RequestInput): string | undefined {
  const [target = '', ...query] = request.path.split('?')
  const [described, parts] = [path.split('/'), target.split('/')]
  const index = described.findLastIndex((part) => /^\{[^}]+\}$/.test(part))
  if (index < 0 || parts.length < described.length) return undefined
  const place = parts.length - described.length + index
  const id = parts[place] ?? ''
  // Beside a short number, such as that of n7, there may be others.
  const [, start, digits] = /^([a-z_-]*)(\d{1,9})\d*$/i.exec(id) ?? []
  parts[place] = digits
    ? `${start}${Number(digits) + 730_000}`
    : id.replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (letter) =>
        letter === '7' ? '3' : /\d/.test(letter) ? '7' : letter === 'e' ? 'b' : 'e',
      )
  return parts[place] === id ? undefined : [parts.join('/'), ...query].join('?')
}

/** RFC 9110, section 11.1: the name of the scheme is not case-sensitive. */
async function checkCase(
  run: CheckRun,
  operation: SpecOperation,
  request: RequestInput,
  secrets: Secrets,
): Promise<void> {
  const { client, report } = run
  if (request.method !== 'GET') return
  const whole = placed(secrets)
  const { authorization } = whole.headers
  if (!/^(Bearer|Basic) /.test(authorization ?? '')) return
  const lower = String(authorization).replace(/^\w+/, (word) => word.toLowerCase())
  const exchange = await client.attempt({
    ...request,
    credentials: fixed({ ...whole, headers: { ...whole.headers, authorization: lower } }),
  })
  if (exchange?.status !== 401 && exchange?.status !== 403 && exchange?.status !== 400) return
  const usual = await client.attempt(request)
  if (usual && usual.status < 300)
    report.addTo(
      operation,
      'auth-scheme-case',
      `the token after "${lower.split(' ')[0]}" is answered with ${exchange.status}`,
      exchange.curl,
    )
}

/** What the spec calls public must be public: assistants that follow the spec send no token. */
async function checkPublic(run: CheckRun, operation: SpecOperation): Promise<void> {
  const { client, report } = run
  // A 401 of an operation with such an input is about the input.
  const isSignIn = operation.fields.some(({ name }) => /pass|token|secret|user|login|code|key|otp|pin/i.test(name))
  if (operation.method !== 'GET' || operation.security === undefined || isSignIn) return
  const request = requestFor(run, operation)
  const exchange = request && (await client.attempt({ ...request, credentials: null }))
  if (exchange?.status === 401)
    report.addTo(operation, 'auth-undeclared', 'it is answered with 401 without a token', exchange.curl)
}

/** A token that may only read must change nothing. */
export async function checkReadOnly(run: CheckRun, operation: SpecOperation, reading: Credentials): Promise<void> {
  const { client, report, check } = run
  if (!operation.isProtected || operation.method === 'GET' || isReading(run, operation)) return
  const request = requestFor(run, operation)
  const schemes = reading.wayFor(operation.security)
  if (!request || !schemes) return
  const exchange = await client.attempt({ ...request, credentials: reading })
  if (!exchange) return
  const { status, headers, curl } = exchange
  const say = (code: Code, detail: string) => report.addTo(operation, code, `the read-only token ${detail}`, curl)
  if (status < 300) say('scope-ignored', `is answered with ${status}`)
  else if (status >= 500) say('server-error', `is answered with ${status}`)
  else if (status === 401) say('scope-status', 'is answered with 401, and it is valid')
  else if (
    status === 403 &&
    schemes.some(({ kind }) => kind === 'bearer') &&
    !/insufficient_scope/.test(String(headers['www-authenticate']))
  )
    say('scope-challenge', 'is answered with 403 without WWW-Authenticate: Bearer error="insufficient_scope"')
  if (status >= 400) checkAnswer({ operation, exchange, check, report, token: reading.first })
}

/** Whether an operation only reads although its method can write: its scopes are those of GET, or its name says so. */
function isReading({ operations }: CheckRun, operation: SpecOperation): boolean {
  if (/\/(_?search|query|find|lookup|count|graphql)$/i.test(operation.path) && operation.method === 'POST') return true
  const scopesOf = ({ security }: SpecOperation) =>
    (security ?? []).flatMap((way) => Object.values(way).flatMap(asArray))
  const needed = scopesOf(operation)
  const read = new Set(operations.filter(({ method }) => method === 'GET').flatMap(scopesOf))
  const others = operations.filter(({ method }) => method !== 'GET').flatMap(scopesOf)
  return needed.length > 0 && needed.every((scope) => read.has(scope)) && others.some((scope) => !read.has(scope))
}

/** The request of an operation with valid input. Undefined where none could be made. */
export function requestFor(run: CheckRun, operation: SpecOperation): RequestInput | undefined {
  const values = ordinaryValues(run, operation, { all: false })
  return values && toRequest(operation, values)
}

const fixed = (parts: Placed): CredentialSource => ({ place: () => parts })

const placed = (secrets: Secrets): Placed =>
  placeAll(secrets.filter((one): one is [Scheme, string] => one[1] !== undefined))

/** A forged value at the place of its scheme. What is left of the real secret in it is kept out of the report. */
function forge(
  { report }: CheckRun,
  scheme: Scheme,
  { value, isWhole = false }: Pick<Forgery, 'what' | 'value' | 'isWhole'>,
  others: Secrets,
  secret: string | undefined,
): CredentialSource {
  const parts = placed(others)
  const forged: Placed = {
    ...parts,
    headers: { ...parts.headers },
    query: [...parts.query],
    cookies: [...parts.cookies],
  }
  if (isWhole || scheme.place === 'header')
    forged.headers[isWhole ? 'authorization' : scheme.field] = isWhole ? value : authorizationOf(scheme, value)
  else forged[scheme.place === 'query' ? 'query' : 'cookies'].push([scheme.field, value])
  if (secret !== undefined && scheme.kind === 'basic' && !isWhole && !value.startsWith('made:'))
    report.secrets.set(Buffer.from(value).toString('base64'), 'FORGED_BASE64')
  const signature = value.split('.')[2]
  if (signature && secret?.endsWith(signature)) report.secrets.set(signature, 'TOKEN_SIGNATURE')
  return fixed(forged)
}

const authorizationOf = ({ kind }: Scheme, value: string): string =>
  kind === 'bearer' ? `Bearer ${value}` : kind === 'basic' ? `Basic ${Buffer.from(value).toString('base64')}` : value

const waysOf = (run: CheckRun, { security }: SpecOperation): Scheme[] =>
  (security ?? []).flatMap((way) => Object.keys(asObject(way)).map((name) => run.client.credentials.schemeOf(name)))
