import { missingSignIn } from '@reference-plugins/reader'
import { type CheckRun, call, isText, ordinaryInput } from './check-run.ts'
import { checkAuth, checkRefusal, checkUsers } from './checks/auth.ts'
import { checkLife, checkPages, newCanary } from './checks/behaviour.ts'
import { checkConnections } from './checks/connections.ts'
import { type Documents, type FoundDocuments, fetchDocuments } from './checks/documents.ts'
import { checkAgreement, checkManifest } from './checks/manifest.ts'
import { checkMcp } from './checks/mcp.ts'
import { checkOAuth } from './checks/oauth.ts'
import { checkOAuthFlow } from './checks/oauth-flow.ts'
import { checkInvalid, checkValid } from './checks/operations.ts'
import { checkMethods, checkRobustness } from './checks/robustness.ts'
import { checkSpec } from './checks/spec.ts'
import { Client } from './client.ts'
import { Report } from './finding.ts'
import type { OAuthSettings } from './oauth/settings.ts'
import { Pool } from './pool.ts'
import { SchemaCheck } from './schema-check.ts'
import { asObject, readSpec, type Schema, type Spec, type SpecOperation } from './spec.ts'
import { Values } from './values.ts'

export interface ContractOptions {
  /** The origin at which the plugin answers. */
  baseUrl: string
  /** Where a host found the documents, which it has called the plugin by. By default they are at the usual places. */
  found?: FoundDocuments | undefined
  /** A valid token, with its scheme where that is not Bearer. */
  token?: string | undefined
  /** The header in which the token is sent without a scheme, in place of Authorization. */
  keyHeader?: string | undefined
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
  const documents = await fetchDocuments(baseUrl, report, options.found)
  const spec = judgeDocuments(documents, report)
  if (documents.manifest) await checkOAuth(documents.manifest, baseUrl, report)
  if (documents.manifest) await checkConnections(baseUrl, report)
  const signedIn = await signIn(options, documents.manifest, baseUrl, report)
  if (spec) await checkOperations(spec, { ...signedIn, baseUrl, manifest: documents.manifest }, report)
  options.onProgress?.('mcp')
  const isProtected = spec?.operations.some((operation) => operation.isProtected) ?? false
  await checkMcp(
    {
      baseUrl,
      url: options.found?.mcpUrl,
      token: signedIn.token,
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
  baseUrl: string,
  report: Report,
): Promise<ContractOptions> {
  if (asObject(manifest?.auth).type !== 'oauth' || !manifest) return options
  if (!options.oauth) {
    report.skip('oauth', 'sign-in', 'no client was given: --oauth')
    return options
  }
  options.onProgress?.('sign-in')
  const { token, secondToken, readOnlyToken } = await checkOAuthFlow(manifest, baseUrl, options.oauth, report)
  return {
    ...options,
    token: options.token ?? token,
    secondToken: options.secondToken ?? secondToken,
    readOnlyToken: options.readOnlyToken ?? readOnlyToken,
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
  options: ContractOptions & { manifest: Schema | undefined },
  report: Report,
): Promise<void> {
  const { baseUrl, found, token, keyHeader, secondToken, readOnlyToken, expiredToken, onProgress } = options
  const { seed = 1, safe = false } = options
  const check = new SchemaCheck(spec.version)
  const end = performance.now() + (options.maxTime ?? 300) * 1000
  const chosen = spec.operations
    .filter(({ id }) => isChosen(options, id))
    .sort((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
  const operations = chosen.filter(({ method }) => !safe || method === 'GET')
  const others = otherSchemes(operations, options)
  const reachable = operations.filter((one) => (token || !one.isProtected) && !one.unsendable && !others.has(one))
  const run: CheckRun = {
    client: new Client({
      baseUrl: found?.server ?? baseUrl + spec.basePath,
      token,
      keyHeader,
      headers: options.headers ?? {},
      report,
    }),
    report,
    check,
    values: await Values.open(check, seed),
    pool: new Pool(),
    operations: reachable,
    given: options.values,
    isOver: () => performance.now() > end,
  }
  for (const { id, method } of chosen)
    if (safe && method !== 'GET') report.skip(id, 'all', 'only operations that read were to be called')
  for (const { id, unsendable } of operations)
    if (unsendable) report.skip(id, 'all', `the tester cannot make a body of ${unsendable}`)
  for (const [{ id }, words] of others)
    report.skip(id, 'answers', `it requires ${words}, and the token is of another scheme`)
  const needsToken = operations.some(({ isProtected }) => isProtected)
  if (needsToken && !token) report.skip('all protected operations', 'answers', 'no token was given: --token')
  const canary = newCanary(seed)

  if (token && needsToken && !(await isAccepted(run, reachable))) return
  // Creates items first, so that the pool has their ids for the checks that follow.
  for (const operation of reachable.filter(({ method }) => method === 'POST'))
    await call(run, operation, ordinaryInput(run, operation, true) ?? {})
  for (const operation of reachable.filter(
    ({ method, fields }) => method === 'GET' && !fields.some(({ place }) => place === 'path'),
  ))
    await call(run, operation, ordinaryInput(run, operation, false) ?? {})
  for (const operation of operations.filter(({ unsendable }) => !unsendable)) {
    if (run.isOver()) {
      report.skip(operation.id, 'all', 'the time was over')
      continue
    }
    onProgress?.(operation.id)
    await checkAuth(run, operation)
    if (expiredToken && operation.isProtected)
      await checkRefusal(run, operation, ['auth-any-token', 'an expired token', expiredToken])
    if ((!token && operation.isProtected) || others.has(operation)) continue
    await checkInvalid(run, operation)
    await checkRobustness(run, operation)
    if (readOnlyToken && operation.isProtected && operation.method !== 'GET')
      await checkRefusal(run, operation, ['scope-ignored', 'the read-only token', readOnlyToken])
    if (operation.method !== 'DELETE') await checkValid(run, operation)
    await checkPages(run, operation)
  }
  for (const create of reachable.filter(({ method, bodySchema }) => method === 'POST' && bodySchema)) {
    onProgress?.(`${create.id}: life`)
    const reading = reachable.filter(({ method }) => method !== 'POST')
    if (secondToken) await call(run, create, withCanary(run, create, canary))
    if (secondToken) for (const operation of reading) await checkUsers(run, operation, secondToken, canary)
    await checkLife(run, create, reading, `${canary}life`)
  }
  // A token that all users share separates no users.
  const isShared = asObject(asObject(options.manifest).auth).type === 'service_http'
  if (!secondToken && needsToken && !isShared)
    report.skip('all protected operations', 'isolation', 'no token of a second user was given: --second-token')
  for (const operation of reachable.filter(({ method }) => method === 'DELETE')) await checkValid(run, operation)
  for (const [path, group] of Map.groupBy(reachable, ({ path }) => path)) await checkMethods(run, path, group)
  for (const { id } of reachable) if (!report.answered.has(id)) report.skip(id, 'answers', 'it never answered with 2xx')
}

/** The operations that require another scheme than the token has, if others accept it: with what they require, in words. */
function otherSchemes(
  operations: SpecOperation[],
  { token, keyHeader, headers = {} }: ContractOptions,
): Map<SpecOperation, string> {
  const scheme = /^basic /i.test(token ?? '') ? 'basic' : 'bearer'
  const auth = { type: 'user_http', scheme, verificationTokens: {}, ...(keyHeader && { keyHeader }) } as const
  const missing = operations.map((one) => [one, one.isProtected ? missingSignIn(auth, one) : undefined] as const)
  const isMixed = missing.some(([one, words]) => one.isProtected && words === undefined)
  // Whoever sends headers of their own may sign in with them.
  if (!token || !isMixed || Object.keys(headers).length > 0) return new Map()
  return new Map(missing.filter((pair): pair is [SpecOperation, string] => pair[1] !== undefined))
}

/** Whether the token is accepted: otherwise every other finding would only say that it is not. */
async function isAccepted(run: CheckRun, operations: SpecOperation[]): Promise<boolean> {
  for (const operation of operations.filter(({ isProtected }) => isProtected).slice(0, 3)) {
    const exchange = await call(run, operation, ordinaryInput(run, operation, false) ?? {})
    if (exchange && exchange.status !== 401) return true
    if (exchange)
      run.report.addTo(operation, 'auth-token-refused', 'the token that you gave is answered with 401', exchange.curl)
  }
  return false
}

function withCanary(run: CheckRun, create: SpecOperation, canary: string): Record<string, unknown> {
  const input = ordinaryInput(run, create, false) ?? {}
  const field = create.fields.find(({ place, schema }) => place === 'body' && isText(schema))
  return field ? { ...input, [field.name]: canary } : input
}

const isChosen = ({ include = [''], exclude = [] }: ContractOptions, name: string): boolean =>
  include.some((part) => name.includes(part)) && !exclude.some((part) => name.includes(part))
