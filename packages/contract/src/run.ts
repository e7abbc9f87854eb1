import { once } from 'node:events'
import { noValues } from './calls/call-values.ts'
import { type CheckRun, call, within } from './calls/check-run.ts'
import { Client } from './calls/client.ts'
import { Credentials, type LiveToken, takeFromHeaders } from './calls/credentials.ts'
import { TimeOver, timeLeft, withDeadline } from './calls/deadline.ts'
import { exchange } from './calls/exchange.ts'
import { openRun } from './calls/habits.ts'
import { ordinaryValues } from './calls/ordinary.ts'
import { Pool } from './calls/pool.ts'
import { findWorkingBase } from './calls/working-base.ts'
import { checkActing } from './checks/acting/acting.ts'
import { type FlatActions, flatActionsOf } from './checks/acting/flat-action.ts'
import { checkForgeries } from './checks/auth/auth.ts'
import { checkTokens, isAccepted, skipUnreachable } from './checks/auth/tokens.ts'
import { checkUsers } from './checks/auth/users.ts'
import { type DocumentOptions, type Documents, fetchDocuments } from './checks/documents/documents.ts'
import { checkAgreement, checkManifest } from './checks/documents/manifest.ts'
import { checkSpec } from './checks/documents/spec.ts'
import { checkConnections } from './checks/http/connections.ts'
import { checkHttp } from './checks/http/http.ts'
import { checkRate } from './checks/http/rate.ts'
import { checkMcp } from './checks/mcp/mcp.ts'
import { checkOAuth } from './checks/oauth/oauth.ts'
import { checkOAuthFlow } from './checks/oauth/oauth-flow.ts'
import { checkExistence } from './checks/operations/existence.ts'
import { checkInRounds } from './checks/operations/rounds.ts'
import { shrinkFindings } from './checks/operations/shrink.ts'
import { optionsToReach } from './checks/operations/unknown-values.ts'
import { checkValid } from './checks/operations/valid.ts'
import { checkLife } from './checks/state/life.ts'
import type { Probe } from './oauth/flow.ts'
import type { OAuthSettings } from './oauth/settings.ts'
import { Report } from './rules/finding.ts'
import { SchemaCheck } from './spec/schema-check.ts'
import { assumedScheme, type Scheme } from './spec/security-schemes.ts'
import { asObject, readSpec, type Schema, type Spec, type SpecOperation } from './spec/spec.ts'
import { Words } from './state/making.ts'
import { type Resource, resourcesOf } from './state/resource.ts'
import { Values } from './values/values.ts'

type Secrets = string | readonly string[] | undefined

export interface ContractOptions {
  /** The address of a plugin or API, with its path, or of its spec. */
  baseUrl: string
  /** The URL of the spec, its path on the server, or a file. */
  spec?: string | undefined
  /** `auto`, the default: without a manifest the API is tested by its spec, with a warning. */
  manifest?: DocumentOptions['manifest']
  /** Where a host found the documents, and where it calls the operations. By default the tester looks for them. */
  found?: DocumentOptions['found']
  /**
   * Valid secrets, each for the security scheme that it fits, or `SCHEME=SECRET` for the one of that name. For Basic,
   * `user:password`.
   */
  token?: Secrets
  /** Those of another user. */
  secondToken?: Secrets
  readOnlyToken?: Secrets
  expiredToken?: Secrets
  /** A client of the authorization server, for the complete sign-in. */
  oauth?: OAuthSettings | undefined
  /** Values that cannot be made from a schema, such as the URL of an existing feed: by the name of the input. */
  values?: Readonly<Record<string, string>>
  headers?: Record<string, string>
  /** Repeats a run exactly. */
  seed?: number
  /** In seconds. What is not reached in this time is listed as untested. */
  maxTime?: number
  /** In seconds, for one call. */
  callTime?: number
  /** Calls only operations that read. */
  safe?: boolean
  /** Names of operations, or parts of them. */
  include?: readonly string[]
  exclude?: readonly string[]
  /** Hears what the run does now. */
  onProgress?: (what: string, report: Report) => void
}

/** So that a run with its start and its end takes less than a minute. */
export const defaultMaxTime = 50
// The most that one part takes of the time that is left, so that a slow server gets some checks of every kind.
const usersShare = 0.15
const stateShare = 0.35
const actingShare = 0.3
const httpShare = 0.6
/** What is left for a change and the deletion of a thing, where its life has to be short. */
const callsOfEnd = 12
const noTime = 'there was no time for it: --max-time'
// The time for calls that end at the deadline to clean up.
const grace = 1_000

/** Judges a plugin that runs, from its manifest and its spec. Ends after `maxTime`, whatever the plugin does. */
export async function checkPlugin(options: ContractOptions): Promise<Report> {
  const report = new Report()
  report.seed = options.seed ?? 1
  keepSecret(options, report)
  const end = performance.now() + (options.maxTime ?? defaultMaxTime) * 1000
  report.closeAt(end)
  const isOver = new AbortController()
  const timer = setTimeout(() => isOver.abort(), end + grace - performance.now())
  try {
    await Promise.race([withDeadline(end, () => checkAll(options, report)), once(isOver.signal, 'abort')])
  } catch (error) {
    if (!(error instanceof TimeOver)) throw error
  } finally {
    clearTimeout(timer)
  }
  if (report.isClosed) report.listPending()
  return report
}

async function checkAll(options: ContractOptions, report: Report): Promise<void> {
  /** Does a part of the run, which is listed as untested where the time is over before its end. */
  const part = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    options.onProgress?.(name, report)
    const result = await work()
    report.pending.delete(name)
    return result
  }
  for (const name of ['documents', 'oauth', 'connections', 'operations', 'mcp', 'invalid tokens'])
    report.pending.add(name)
  const documents = await part('documents', () => fetchDocuments(options.baseUrl, report, options))
  const spec = judgeDocuments(documents, report)
  const { manifest, baseUrl } = documents
  await part('connections', async () => manifest && checkConnections(baseUrl, report))
  const signedIn = await part('oauth', async () => {
    if (manifest) await checkOAuth(manifest, baseUrl, report)
    return signIn({ ...options, baseUrl }, manifest, spec, report)
  })
  const tested = await part(
    'operations',
    async () => spec && checkOperations(spec, { ...signedIn, baseUrl, manifest }, report),
  )
  const isProtected = spec?.operations.some((operation) => operation.isProtected) ?? false
  const hasMcp = await part('mcp', () =>
    checkMcp(
      {
        baseUrl,
        url: options.found?.mcpUrl,
        token: tested?.secret ?? [signedIn.token].flat().find((one) => one !== undefined),
        scheme: tested?.scheme,
        isProtected,
        ...(options.headers && { headers: options.headers }),
        seed: options.seed ?? 1,
        safe: options.safe ?? false,
        secondToken: tested?.secondSecret,
        actions: tested?.actions,
        isChosen: (name) => isChosen(options, name),
      },
      report,
    ),
  )
  // An MCP server needs neither of them.
  if (hasMcp && !manifest && !spec) report.withdraw('manifest-missing', 'spec-missing')
  await part('invalid tokens', async () => tested?.checkTokensLast())
  report.pending.clear()
}

/** Replaces the secrets of the run in what the report shows. Those of users are added when they are read. */
function keepSecret({ oauth, headers = {} }: ContractOptions, { secrets }: Report): void {
  const named = { CLIENT_SECRET: oauth?.clientSecret, PASSWORD: oauth?.signIn?.password }
  for (const [name, given] of Object.entries(named)) if (given) secrets.set(given, name)
  for (const [name, value] of Object.entries(headers))
    if (/auth|cookie|key|token|secret/i.test(name))
      secrets.set(value.replace(/^\w+ /, ''), name.toUpperCase().replaceAll(/\W/g, '_'))
}

/** Where a client is given, signs in and uses its tokens where none are given. */
async function signIn(
  options: ContractOptions,
  manifest: Schema | undefined,
  spec: Spec | undefined,
  report: Report,
): Promise<ContractOptions & { live?: LiveToken[] }> {
  const described = asObject(manifest?.auth).type === 'oauth' ? manifest : spec && manifestOf(spec, options)
  if (!described) return options
  if (!options.oauth) {
    if (described !== manifest) return options
    report.skip('oauth', 'sign-in', 'no client was given: --oauth')
    return options
  }
  const { baseUrl } = options
  const probe = probeOf(spec, report)
  const { token, secondToken, readOnlyToken } = await checkOAuthFlow(described, baseUrl, options.oauth, report, probe)
  return {
    ...options,
    token: options.token ?? token?.value,
    secondToken: options.secondToken ?? secondToken?.value,
    readOnlyToken: options.readOnlyToken ?? readOnlyToken?.value,
    live: [token, secondToken, readOnlyToken].filter((one) => one !== undefined),
  }
}

/** What a manifest would say of the authorization code flow that the spec describes. Undefined where it has none. */
function manifestOf({ document, base }: Spec, { baseUrl }: ContractOptions): Schema | undefined {
  const { components, securityDefinitions } = document
  const schemes = Object.values(asObject(asObject(components).securitySchemes ?? securityDefinitions)).map(asObject)
  const flows = schemes.flatMap((one) => [asObject(asObject(one.flows).authorizationCode), one])
  const flow = flows.find(({ authorizationUrl, tokenUrl }) => authorizationUrl && tokenUrl)
  const [authorize, token] = [flow?.authorizationUrl, flow?.tokenUrl].map((url) =>
    URL.parse(String(url), `${baseUrl}/`),
  )
  if (!flow || !authorize || !token) return undefined
  const scope = Object.keys(asObject(flow.scopes)).join(' ')
  return {
    api: { url: base },
    auth: { type: 'oauth', client_url: authorize.href, authorization_url: token.href, scope },
  }
}

/** Calls an operation that only reads and needs no input, with a token. */
function probeOf(spec: Spec | undefined, report: Report): Probe {
  const operation = spec?.operations.find(
    ({ method, isProtected, inputs, path }) =>
      method === 'GET' && isProtected && !path.includes('{') && inputs.every(({ required }) => !required),
  )
  return async (token) => {
    if (!spec || !operation) return undefined
    report.calls++
    const url = `${operation.base ?? spec.base}${operation.path}`
    return exchange(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => undefined)
  }
}

/** Judges documents without a server. */
export function judgeDocuments(
  { manifest, spec: document, baseUrl = '', ...more }: Pick<Documents, 'manifest' | 'spec'> & Partial<Documents>,
  report: Report,
): Spec | undefined {
  if (manifest) checkManifest(manifest, report)
  if (!document) return undefined
  const spec = readSpec(document, report, { baseUrl, ...more })
  checkSpec(spec, new SchemaCheck(spec.version), report)
  if (manifest) checkAgreement(manifest, spec, report)
  return spec
}

// Operations that create come first, so that there is something to read, and those that delete come last.
const order = ['POST', 'GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'DELETE']
const reading = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

interface Tested {
  /** Comes last, because it may lock the tester out. */
  checkTokensLast: () => Promise<void>
  /** The credential that the operations take, and where. */
  secret: string | undefined
  scheme: Scheme | undefined
  /** That of a second user. */
  secondSecret: string | undefined
  actions: FlatActions
}

async function checkOperations(
  spec: Spec,
  options: Omit<ContractOptions, 'manifest'> & { manifest: Schema | undefined; live?: LiveToken[] },
  report: Report,
): Promise<Tested> {
  const { seed = 1, safe = false, onProgress } = options
  const check = new SchemaCheck(spec.version)
  const base = await findWorkingBase(spec, options.baseUrl, report)
  const chosen = spec.operations
    .filter(({ id }) => isChosen(options, id))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
  const operations = chosen.filter(({ method }) => !safe || reading.includes(method))
  const sendable = operations.filter(({ unsendable }) => !unsendable)
  const { headers, first, second, readOnly, expired } = openCredentials(spec, options, report)
  const run: CheckRun = {
    client: new Client({
      baseUrl: base,
      credentials: first,
      headers,
      ...(options.callTime !== undefined && { longestCall: options.callTime * 1000 }),
      report,
    }),
    report,
    check,
    values: await Values.open(check, seed),
    pool: new Pool(sendable),
    habits: new Map(),
    cases: new Map(),
    mocks: new Set(),
    operations: sendable,
    given: options.values,
    isOver: () => report.isClosed || run.client.isGone,
  }
  for (const { id, method } of chosen)
    if (safe && !reading.includes(method)) report.skip(id, 'all', 'only operations that read were to be called')
  for (const { id, unsendable } of operations)
    if (unsendable) report.skip(id, 'all', `the tester cannot make a body of ${unsendable}`)
  for (const { id } of sendable) {
    report.pending.add(id)
    report.planned.add(id)
  }
  await checkTokens(run, sendable)
  for (const other of [second, readOnly, expired]) other.keepSchemesOf(first)
  for (const token of options.live ?? []) for (const user of [first, second, readOnly]) user.keepFresh(token)
  skipUnreachable(run, operations)
  const isReachable = ({ isProtected, security }: SpecOperation) => !isProtected || first.wayFor(security) !== undefined
  const reachable = sendable.filter(isReachable)
  run.operations = reachable
  const needsToken = operations.some(({ isProtected }) => isProtected)
  for (const part of ['state', 'acting', 'http']) report.pending.add(part)
  const words = new Words(seed)
  // A token that all users share separates no users.
  const isShared = asObject(asObject(options.manifest).auth).type === 'service_http'
  const isRead = readOnly.isEmpty ? undefined : await isAccepted(run, reachable, readOnly)
  if (isRead === false) report.skip('read-only token', 'scopes', 'every operation that reads answers 401 to it')

  await openRun(run, reachable)
  const users = within(run, usersShare)
  for (const create of second.isEmpty ? [] : reachable.filter(({ method }) => method === 'POST')) {
    if (users.isOver()) {
      report.skip(create.id, 'isolation', noTime)
      continue
    }
    onProgress?.(`${create.id}: users`, report)
    await checkUsers(run, create, reachable, second, words.next())
  }
  await checkLives(run, reachable, words, (what) => onProgress?.(what, report))
  report.pending.delete('state')
  const acting = within(run, actingShare)
  await checkActing(acting, reachable, { words, second, onProgress: (what) => onProgress?.(what, report) })
  report.pending.delete('acting')
  await checkInRounds(run, sendable, {
    isReachable,
    readOnly: readOnly.isEmpty || isRead === false ? undefined : readOnly,
    onProgress: (what) => onProgress?.(what, report),
  })
  await shrinkFindings(run)
  if (second.isEmpty && needsToken && !isShared)
    report.skip('all protected operations', 'isolation', 'no token of a second user was given: --second-token')
  for (const operation of reachable.filter(({ method }) => method === 'DELETE')) await checkValid(run, operation)
  onProgress?.('http', report)
  const http = within(run, httpShare)
  await checkHttp(http, { described: spec.operations, safe, hasUsers: !isShared })
  if (http.isOver()) report.skip('http', 'some checks', noTime)
  report.pending.delete('http')
  const { refused } = run.client.limits
  if (refused > 0)
    report.skip(
      'the run',
      `${refused} calls`,
      'they were answered with 429, or would have been: raise the limit for the tester, or give it more time with --max-time',
    )
  for (const operation of reachable.filter(({ id }) => !report.answered.has(id))) {
    const refusal = await checkExistence(run, operation)
    const last = refusal ? ` (the last status is ${refusal.status})` : ''
    const options = optionsToReach(run, operation, refusal)
    report.skip(operation.id, 'answers', `it never answered with 2xx${last}: ${options}`)
  }
  const [scheme] = reachable.flatMap(({ isProtected, security }) =>
    isProtected ? (first.wayFor(security)?.slice(0, 1) ?? []) : [],
  )
  const checkTokensLast = async () => {
    // What the run created is deleted, so there is nothing that an invalid token could reach.
    for (const operation of reachable.filter(({ method, isProtected }) => method === 'POST' && isProtected))
      await call(run, operation, ordinaryValues(run, operation, { all: false, fresh: true }) ?? noValues())
    await checkForgeries(run, sendable, expired)
    await checkRate(run, reachable)
  }
  return {
    checkTokensLast,
    scheme,
    secret: scheme && first.secretOf(scheme.name),
    secondSecret: scheme && second.secretOf(scheme.name),
    actions: flatActionsOf(run, reachable, words),
  }
}

/** The life of a thing of each resource, each with its part of a share of the time. */
async function checkLives(
  run: CheckRun,
  operations: readonly SpecOperation[],
  words: Words,
  onProgress: (what: string) => void,
): Promise<void> {
  const resources = resourcesOf(operations)
  const most = within(run, stateShare * 1.5)
  const end = performance.now() + timeLeft() * stateShare
  for (const [index, resource] of resources.entries()) {
    if (most.isOver()) {
      run.report.skip(resource.path, 'state', noTime)
      continue
    }
    onProgress(`${resource.path}: state`)
    const now = performance.now()
    const part = now + (end - now) / (resources.length - index) - callsOfEnd * run.client.pace.usual
    await checkLife({ ...run, isHurried: () => performance.now() >= part }, resource, words)
  }
  skipMocks(run, resources)
}

/** Says once that a server keeps nothing, or which operations of another one create nothing. */
function skipMocks({ report, mocks }: CheckRun, resources: readonly Resource[]): void {
  const creating = resources.flatMap(({ create }) => (create && report.answered.has(create.id) ? [create.id] : []))
  if (mocks.size > 0 && creating.every((id) => mocks.has(id)))
    report.skip('the server', 'state', 'it keeps nothing that is written, so it seems to be a mock')
  else for (const id of mocks) report.skip(id, 'life', 'it answers alike whatever is created, as a mock does')
}

/** The secrets of each user, and the headers of every call without those that are secrets. */
function openCredentials(
  { schemes }: Spec,
  options: Omit<ContractOptions, 'manifest'> & { manifest: Schema | undefined },
  { secrets }: Report,
) {
  const { headers, given } = takeFromHeaders(options.headers ?? {}, schemes)
  const { authorization_type: type } = asObject(asObject(options.manifest).auth)
  const assumed = assumedScheme(type === 'basic' ? 'basic' : 'bearer')
  const open = (option: string, ...texts: Secrets[]) =>
    new Credentials({ schemes, given: texts.flat().filter((one) => one !== undefined), assumed, option, secrets })
  return {
    headers,
    first: open('--token', options.token, given),
    second: open('--second-token', options.secondToken),
    readOnly: open('--read-only-token', options.readOnlyToken),
    expired: open('--expired-token', options.expiredToken),
  }
}

const isChosen = (
  { include = [''], exclude = [] }: Pick<ContractOptions, 'include' | 'exclude'>,
  name: string,
): boolean => include.some((part) => name.includes(part)) && !exclude.some((part) => name.includes(part))
