import { once } from 'node:events'
import { type CallValues, noValues, withValue } from './calls/call-values.ts'
import { type CheckRun, call } from './calls/check-run.ts'
import { Client } from './calls/client.ts'
import { openRun } from './calls/habits.ts'
import { ordinaryValues } from './calls/ordinary.ts'
import { Pool } from './calls/pool.ts'
import { findWorkingBase } from './calls/working-base.ts'
import { checkAuth, checkRefusal, checkUsers } from './checks/auth.ts'
import { checkLife, checkPages, newCanary } from './checks/behaviour.ts'
import { checkConnections } from './checks/connections.ts'
import { type DocumentOptions, type Documents, fetchDocuments } from './checks/documents.ts'
import { checkExistence } from './checks/existence.ts'
import { checkInvalid } from './checks/invalid.ts'
import { checkAgreement, checkManifest } from './checks/manifest.ts'
import { checkMcp } from './checks/mcp.ts'
import { checkOAuth } from './checks/oauth.ts'
import { checkOAuthFlow } from './checks/oauth-flow.ts'
import { checkMethods, checkRobustness } from './checks/robustness.ts'
import { checkSpec } from './checks/spec.ts'
import { checkValid, hintOf } from './checks/valid.ts'
import { TimeOver, withDeadline } from './deadline.ts'
import { Report } from './finding.ts'
import type { OAuthSettings } from './oauth/settings.ts'
import { SchemaCheck } from './schema-check.ts'
import { asObject, readSpec, type Schema, type Spec, type SpecOperation } from './spec.ts'
import { isFreeText } from './values/texts.ts'
import { Values } from './values/values.ts'

export interface ContractOptions {
  /** The address of a plugin or API, with its path, or of its spec. */
  baseUrl: string
  /** The URL of the spec, its path on the server, or a file. */
  spec?: string | undefined
  /** `auto`, the default: without a manifest the API is tested by its spec, with a warning. */
  manifest?: DocumentOptions['manifest']
  /** A valid token, with its scheme where that is not Bearer. */
  token?: string | undefined
  /** A valid token of another user. */
  secondToken?: string | undefined
  readOnlyToken?: string | undefined
  expiredToken?: string | undefined
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
  onProgress?: (what: string) => void
}

/** So that a run with its start and its end takes less than a minute. */
export const defaultMaxTime = 55
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
    options.onProgress?.(name)
    const result = await work()
    report.pending.delete(name)
    return result
  }
  for (const name of ['documents', 'oauth', 'connections', 'operations', 'mcp']) report.pending.add(name)
  const documents = await part('documents', () => fetchDocuments(options.baseUrl, report, options))
  const spec = judgeDocuments(documents, report)
  const { manifest, baseUrl } = documents
  if (manifest) await part('connections', () => checkConnections(baseUrl, report))
  const signedIn = await part('oauth', async () => {
    if (manifest) await checkOAuth(manifest, baseUrl, report)
    return signIn(options, manifest, baseUrl, report)
  })
  keepSecret(signedIn, report)
  await part('operations', async () => spec && checkOperations(spec, { ...signedIn, baseUrl, manifest }, report))
  const isProtected = spec?.operations.some((operation) => operation.isProtected) ?? false
  await part('mcp', () =>
    checkMcp(
      {
        baseUrl,
        token: signedIn.token,
        isProtected,
        seed: options.seed ?? 1,
        safe: options.safe ?? false,
        isChosen: (name) => isChosen(options, name),
      },
      report,
    ),
  )
  report.pending.clear()
}

/** Replaces the secrets of the run in what the report shows. */
function keepSecret(options: ContractOptions, { secrets }: Report): void {
  const named = {
    TOKEN: options.token,
    SECOND_TOKEN: options.secondToken,
    READ_ONLY_TOKEN: options.readOnlyToken,
    EXPIRED_TOKEN: options.expiredToken,
    CLIENT_SECRET: options.oauth?.clientSecret,
    PASSWORD: options.oauth?.signIn?.password,
  }
  for (const [name, given] of Object.entries(named)) if (given) secrets.set(given.replace(/^\w+ /, ''), name)
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (/auth|cookie|key|token|secret/i.test(name))
      secrets.set(value.replace(/^\w+ /, ''), name.toUpperCase().replaceAll(/\W/g, '_'))
}

/** Where a client is given, signs in and uses its tokens where none are given. */
async function signIn(
  options: ContractOptions,
  manifest: Schema | undefined,
  baseUrl: string,
  report: Report,
): Promise<ContractOptions> {
  if (asObject(manifest?.auth).type !== 'oauth' || !manifest) return options
  if (!options.oauth) {
    report.skip('oauth', 'sign-in', 'no client was given: --oauth')
    return options
  }
  const { token, secondToken, readOnlyToken } = await checkOAuthFlow(manifest, baseUrl, options.oauth, report)
  return {
    ...options,
    token: options.token ?? token,
    secondToken: options.secondToken ?? secondToken,
    readOnlyToken: options.readOnlyToken ?? readOnlyToken,
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

async function checkOperations(
  spec: Spec,
  options: Omit<ContractOptions, 'manifest'> & { manifest: Schema | undefined },
  report: Report,
): Promise<void> {
  const { token, secondToken, readOnlyToken, expiredToken, seed = 1, safe = false, onProgress } = options
  const check = new SchemaCheck(spec.version)
  const base = await findWorkingBase(spec, options.baseUrl, report)
  const chosen = spec.operations
    .filter(({ id }) => isChosen(options, id))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
  const operations = chosen.filter(({ method }) => !safe || reading.includes(method))
  const reachable = operations.filter(({ isProtected, unsendable }) => (token || !isProtected) && !unsendable)
  const run: CheckRun = {
    client: new Client({
      baseUrl: base,
      token,
      headers: options.headers ?? {},
      ...(options.callTime !== undefined && { longestCall: options.callTime * 1000 }),
      report,
    }),
    report,
    check,
    values: await Values.open(check, seed),
    pool: new Pool(reachable),
    habits: new Map(),
    operations: reachable,
    given: options.values,
    isOver: () => report.isClosed,
  }
  for (const { id, method } of chosen)
    if (safe && !reading.includes(method)) report.skip(id, 'all', 'only operations that read were to be called')
  for (const { id, unsendable } of operations)
    if (unsendable) report.skip(id, 'all', `the tester cannot make a body of ${unsendable}`)
  const needsToken = operations.some(({ isProtected }) => isProtected)
  if (needsToken && !token) report.skip('all protected operations', 'answers', 'no token was given: --token')
  const sendable = operations.filter(({ unsendable }) => !unsendable)
  for (const { id } of sendable) report.pending.add(id)
  const canary = newCanary(seed)

  if (token && needsToken && !(await isAccepted(run, reachable))) return
  await openRun(run, reachable)
  for (const operation of sendable) {
    onProgress?.(operation.id)
    await checkAuth(run, operation)
    if (expiredToken && operation.isProtected)
      await checkRefusal(run, operation, ['auth-any-token', 'an expired token', expiredToken])
    if (!token && operation.isProtected) {
      report.pending.delete(operation.id)
      continue
    }
    await checkInvalid(run, operation)
    await checkRobustness(run, operation)
    if (readOnlyToken && operation.isProtected && !reading.includes(operation.method))
      await checkRefusal(run, operation, ['scope-ignored', 'the read-only token', readOnlyToken])
    if (operation.method !== 'DELETE') await checkValid(run, operation)
    await checkPages(run, operation)
    report.pending.delete(operation.id)
  }
  for (const create of reachable.filter(({ method, bodySchema }) => method === 'POST' && bodySchema)) {
    onProgress?.(`${create.id}: life`)
    const others = reachable.filter(({ method }) => method !== 'POST')
    if (secondToken) await call(run, create, withCanary(run, create, canary))
    if (secondToken) for (const operation of others) await checkUsers(run, operation, secondToken, canary)
    await checkLife(run, create, others, `${canary}life`)
  }
  // A token that all users share separates no users.
  const isShared = asObject(asObject(options.manifest).auth).type === 'service_http'
  if (!secondToken && needsToken && !isShared)
    report.skip('all protected operations', 'isolation', 'no token of a second user was given: --second-token')
  for (const operation of reachable.filter(({ method }) => method === 'DELETE')) await checkValid(run, operation)
  for (const [path, group] of Map.groupBy(reachable, ({ path }) => path)) await checkMethods(run, path, group)
  for (const operation of reachable.filter(({ id }) => !report.answered.has(id))) {
    await checkExistence(run, operation)
    report.skip(operation.id, 'answers', `it never answered with 2xx: ${hintOf(run, operation)}`)
  }
}

/** Whether the token is accepted: otherwise every other finding would only say that it is not. */
async function isAccepted(run: CheckRun, operations: SpecOperation[]): Promise<boolean> {
  for (const operation of operations.filter(({ isProtected }) => isProtected).slice(0, 3)) {
    const exchange = await call(run, operation, ordinaryValues(run, operation, { all: false }) ?? noValues())
    if (exchange && exchange.status !== 401) return true
    if (exchange)
      run.report.addTo(operation, 'auth-token-refused', 'the token that you gave is answered with 401', exchange.curl)
  }
  return false
}

function withCanary(run: CheckRun, create: SpecOperation, canary: string): CallValues {
  const values = ordinaryValues(run, create, { all: false }) ?? noValues()
  const field = create.fields.find(({ place, schema }) => place === 'body' && isFreeText(schema))
  return field ? withValue(values, field, canary) : values
}

const isChosen = (
  { include = [''], exclude = [] }: Pick<ContractOptions, 'include' | 'exclude'>,
  name: string,
): boolean => include.some((part) => name.includes(part)) && !exclude.some((part) => name.includes(part))
