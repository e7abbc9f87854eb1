import { noValues } from './calls/call-values.ts'
import { type CheckRun, call } from './calls/check-run.ts'
import { Client } from './calls/client.ts'
import { Credentials, type LiveToken, takeFromHeaders } from './calls/credentials.ts'
import { ordinaryValues } from './calls/ordinary.ts'
import { Pool } from './calls/pool.ts'
import { checkAuth, checkExpired, checkReadOnly } from './checks/auth.ts'
import { checkLife, checkPages, newCanary } from './checks/behaviour.ts'
import { checkConnections } from './checks/connections.ts'
import { type Documents, fetchDocuments } from './checks/documents.ts'
import { checkAgreement, checkManifest } from './checks/manifest.ts'
import { checkMcp } from './checks/mcp.ts'
import { checkOAuth } from './checks/oauth.ts'
import { checkOAuthFlow } from './checks/oauth-flow.ts'
import { checkInvalid, checkValid } from './checks/operations.ts'
import { checkMethods, checkRobustness } from './checks/robustness.ts'
import { checkSpec } from './checks/spec.ts'
import { checkTokens, isAccepted, skipUnreachable } from './checks/tokens.ts'
import { checkUsers } from './checks/users.ts'
import { exchange } from './exchange.ts'
import { Report } from './finding.ts'
import type { Probe } from './oauth/flow.ts'
import type { OAuthSettings } from './oauth/settings.ts'
import { SchemaCheck } from './schema-check.ts'
import { assumedScheme } from './security-schemes.ts'
import { asObject, readSpec, type Schema, type Spec, type SpecOperation } from './spec.ts'
import { Values } from './values/values.ts'

type Secrets = string | readonly string[] | undefined

export interface ContractOptions {
  /** The origin at which the plugin answers. */
  baseUrl: string
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
  /** Calls only operations that read. */
  safe?: boolean
  /** Names of operations, or parts of them. */
  include?: readonly string[]
  exclude?: readonly string[]
  onProgress?: (what: string) => void
}

/** Judges a plugin that runs, from its manifest and its spec. */
export async function checkPlugin(options: ContractOptions): Promise<Report> {
  const report = new Report()
  report.seed = options.seed ?? 1
  const baseUrl = options.baseUrl.replace(/\/$/, '')
  options.onProgress?.('documents')
  const documents = await fetchDocuments(baseUrl, report)
  const spec = judgeDocuments(documents, report)
  if (documents.manifest) await checkOAuth(documents.manifest, baseUrl, report)
  if (documents.manifest) await checkConnections(baseUrl, report)
  const signedIn = await signIn({ ...options, baseUrl }, documents.manifest, spec, report)
  if (spec) await checkOperations(spec, { ...signedIn, baseUrl, manifest: documents.manifest }, report)
  options.onProgress?.('mcp')
  const isProtected = spec?.operations.some((operation) => operation.isProtected) ?? false
  await checkMcp(
    {
      baseUrl,
      token: [signedIn.token].flat().find((one) => one !== undefined),
      isProtected,
      seed: options.seed ?? 1,
      safe: options.safe ?? false,
      isChosen: (name) => isChosen(options, name),
    },
    report,
  )
  return report
}

/** Where a client is given, signs in and uses its tokens where none are given. */
async function signIn(
  options: ContractOptions,
  manifest: Schema | undefined,
  spec: Spec | undefined,
  report: Report,
): Promise<ContractOptions & { live?: LiveToken[] }> {
  if (asObject(manifest?.auth).type !== 'oauth' || !manifest) return options
  if (!options.oauth) {
    report.skip('oauth', 'sign-in', 'no client was given: --oauth')
    return options
  }
  options.onProgress?.('sign-in')
  const { baseUrl } = options
  const probe = probeOf(spec, baseUrl, report)
  const { token, secondToken, readOnlyToken } = await checkOAuthFlow(manifest, baseUrl, options.oauth, report, probe)
  return {
    ...options,
    token: options.token ?? token?.value,
    secondToken: options.secondToken ?? secondToken?.value,
    readOnlyToken: options.readOnlyToken ?? readOnlyToken?.value,
    live: [token, secondToken, readOnlyToken].filter((one) => one !== undefined),
  }
}

/** Calls an operation that only reads and needs no input, with a token. */
function probeOf(spec: Spec | undefined, baseUrl: string, report: Report): Probe {
  const operation = spec?.operations.find(
    ({ method, isProtected, inputs, path }) =>
      method === 'GET' && isProtected && !path.includes('{') && inputs.every(({ required }) => !required),
  )
  return async (token) => {
    if (!spec || !operation) return undefined
    report.calls++
    const url = `${baseUrl}${spec.basePath}${operation.path}`
    const answer = await exchange(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => undefined)
    return answer?.status
  }
}

/** Judges documents without a server. */
export function judgeDocuments({ manifest, spec: document }: Documents, report: Report): Spec | undefined {
  if (manifest) checkManifest(manifest, report)
  if (!document) return undefined
  const spec = readSpec(document, report)
  checkSpec(spec, new SchemaCheck(spec.version), report)
  if (manifest) checkAgreement(manifest, document, report)
  return spec
}

// Operations that create come first, so that there is something to read, and those that delete come last.
const order = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']

async function checkOperations(
  spec: Spec,
  options: ContractOptions & { manifest: Schema | undefined; live?: LiveToken[] },
  report: Report,
): Promise<void> {
  const { baseUrl, seed = 1, safe = false, onProgress } = options
  const check = new SchemaCheck(spec.version)
  const end = performance.now() + (options.maxTime ?? 300) * 1000
  const chosen = spec.operations
    .filter(({ id }) => isChosen(options, id))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
  const operations = chosen.filter(({ method }) => !safe || method === 'GET')
  const { headers, first, second, readOnly, expired } = openCredentials(spec, options)
  const client = new Client({ baseUrl: baseUrl + spec.basePath, credentials: first, headers, report })
  const run: CheckRun = {
    client,
    report,
    check,
    values: await Values.open(check, seed),
    pool: new Pool(),
    operations: operations.filter(({ unsendable }) => !unsendable),
    given: options.values,
    isOver: () => performance.now() > end,
  }
  for (const { id, method } of chosen)
    if (safe && method !== 'GET') report.skip(id, 'all', 'only operations that read were to be called')
  for (const { id, unsendable } of operations)
    if (unsendable) report.skip(id, 'all', `the tester cannot make a body of ${unsendable}`)
  await checkTokens(run, run.operations)
  for (const other of [second, readOnly, expired]) other.keepSchemesOf(first)
  for (const token of options.live ?? []) for (const user of [first, second, readOnly]) user.keepFresh(token)
  skipUnreachable(run, operations)
  const isReachable = ({ isProtected, security }: SpecOperation) => !isProtected || first.wayFor(security) !== undefined
  const reachable = run.operations.filter(isReachable)
  run.operations = reachable
  const needsToken = operations.some(({ isProtected }) => isProtected)
  const canary = newCanary(seed)
  const isRead = readOnly.isEmpty ? undefined : await isAccepted(run, reachable, readOnly)
  if (isRead === false) report.skip('read-only token', 'scopes', 'every operation that reads answers 401 to it')

  // Creates items first, so that the pool has their ids for the checks that follow.
  for (const operation of reachable.filter(({ method }) => method === 'POST'))
    await call(run, operation, ordinaryValues(run, operation, { all: true }) ?? noValues())
  for (const operation of reachable.filter(
    ({ method, fields }) => method === 'GET' && !fields.some(({ place }) => place === 'path'),
  ))
    await call(run, operation, ordinaryValues(run, operation, { all: false }) ?? noValues())
  for (const operation of operations.filter(({ unsendable }) => !unsendable)) {
    if (run.isOver()) {
      report.skip(operation.id, 'all', 'the time was over')
      continue
    }
    onProgress?.(operation.id)
    await checkAuth(run, operation)
    if (!expired.isEmpty) await checkExpired(run, operation, expired)
    if (!isReachable(operation)) continue
    await checkInvalid(run, operation)
    await checkRobustness(run, operation)
    if (!readOnly.isEmpty && isRead !== false) await checkReadOnly(run, operation, readOnly)
    if (operation.method !== 'DELETE') await checkValid(run, operation)
    await checkPages(run, operation)
  }
  for (const create of reachable.filter(({ method }) => method === 'POST')) {
    onProgress?.(`${create.id}: life`)
    if (!second.isEmpty) await checkUsers(run, create, reachable, second, canary)
    const reading = reachable.filter(({ method }) => method !== 'POST')
    if (create.bodySchema) await checkLife(run, create, reading, `${canary}life`)
  }
  // A token that all users share separates no users.
  const isShared = asObject(asObject(options.manifest).auth).type === 'service_http'
  if (second.isEmpty && needsToken && !isShared)
    report.skip('all protected operations', 'isolation', 'no token of a second user was given: --second-token')
  for (const operation of reachable.filter(({ method }) => method === 'DELETE')) await checkValid(run, operation)
  for (const [path, group] of Map.groupBy(reachable, ({ path }) => path)) await checkMethods(run, path, group)
  for (const { id } of reachable) if (!report.answered.has(id)) report.skip(id, 'answers', 'it never answered with 2xx')
}

/** The secrets of each user, and the headers of every call without those that are secrets. */
function openCredentials(spec: Spec, options: ContractOptions & { manifest: Schema | undefined }) {
  const { schemes } = spec
  const { headers, given } = takeFromHeaders(options.headers ?? {}, schemes)
  const { authorization_type: type } = asObject(asObject(options.manifest).auth)
  const assumed = assumedScheme(type === 'basic' ? 'basic' : 'bearer')
  const open = (option: string, ...secrets: Secrets[]) => {
    const variable = option.slice(2).replaceAll('-', '_').toUpperCase()
    return new Credentials({
      schemes,
      given: secrets.flat().filter((one) => one !== undefined),
      assumed,
      variable,
      option,
    })
  }
  return {
    headers,
    first: open('--token', options.token, given),
    second: open('--second-token', options.secondToken),
    readOnly: open('--read-only-token', options.readOnlyToken),
    expired: open('--expired-token', options.expiredToken),
  }
}

const isChosen = ({ include = [''], exclude = [] }: ContractOptions, name: string): boolean =>
  include.some((part) => name.includes(part)) && !exclude.some((part) => name.includes(part))
