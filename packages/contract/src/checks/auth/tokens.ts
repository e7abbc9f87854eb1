import type { CheckRun } from '../../calls/check-run.ts'
import { type Credentials, placeAll } from '../../calls/credentials.ts'
import type { Scheme } from '../../spec/security-schemes.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { requestFor } from './auth.ts'

const mostProbes = 3

/**
 * Finds out for which scheme each secret is that was given without a name, and reports those that no operation accepts:
 * otherwise every other finding would only say that they are refused.
 */
export async function checkTokens(run: CheckRun, operations: readonly SpecOperation[]): Promise<void> {
  const { report } = run
  const { credentials } = run.client
  const accepted = new Set<string>()
  const refused: { scheme: Scheme; secret: string; operation: SpecOperation; curl: string }[] = []
  for (const { scheme, secrets } of credentials.bound) {
    const probes = probesFor(operations, scheme)
    if (probes.length === 0) continue
    let works: string | undefined
    for (const secret of secrets) {
      const refusal = await refusalOf(run, probes, scheme, secret)
      if (refusal) refused.push({ scheme, secret, ...refusal })
      else {
        works = secret
        accepted.add(secret)
        break
      }
    }
    credentials.bind(scheme.name, works)
  }
  for (const secret of new Set(refused.map((one) => one.secret))) {
    if (accepted.has(secret)) continue
    const all = refused.filter((one) => one.secret === secret)
    const [{ operation, curl, scheme }] = all as [(typeof all)[0]]
    const as = all.length > 1 ? ` as ${all.map((one) => one.scheme.name).join(' and as ')}` : ''
    report.addTo(
      operation,
      'auth-token-refused',
      `the token that you gave is refused${as || ` for ${scheme.name}`}`,
      curl,
    )
  }
}

/** Whether the secrets of another user are accepted by any operation that reads. Undefined where none can tell. */
export async function isAccepted(
  { client, ...run }: CheckRun,
  operations: readonly SpecOperation[],
  credentials: Credentials,
): Promise<boolean | undefined> {
  const probes = operations
    .filter(({ isProtected, security, method }) => isProtected && method === 'GET' && credentials.wayFor(security))
    .sort(byPlainness)
  let isKnown = false
  for (const probe of probes.slice(0, mostProbes)) {
    const request = requestFor({ client, ...run }, probe)
    const exchange = request && (await client.attempt({ ...request, credentials }))
    if (exchange && exchange.status !== 401) return true
    if (exchange) isKnown = true
  }
  return isKnown ? false : undefined
}

/** The operations that need this scheme alone, those that only read first. */
const probesFor = (operations: readonly SpecOperation[], { name }: Scheme): SpecOperation[] =>
  operations
    .filter(({ security, isProtected }) => isProtected && security?.some((way) => Object.keys(way).join() === name))
    .sort(byPlainness)
    .slice(0, mostProbes)

const byPlainness = (a: SpecOperation, b: SpecOperation): number => rank(a) - rank(b)
const rank = ({ method, inputs }: SpecOperation): number =>
  (method === 'GET' ? 0 : method === 'DELETE' ? 4 : 2) + (inputs.some(({ place }) => place === 'path') ? 1 : 0)

/** The call that shows that no operation accepts a secret. 403 may also be about a scope: then it differs without a token. */
async function refusalOf(
  run: CheckRun,
  probes: readonly SpecOperation[],
  scheme: Scheme,
  secret: string,
): Promise<{ operation: SpecOperation; curl: string } | undefined> {
  const { client } = run
  let refusal: { operation: SpecOperation; curl: string } | undefined
  for (const operation of probes) {
    const request = requestFor(run, operation)
    const credentials = { place: () => placeAll([[scheme, secret]]) }
    const exchange = request && (await client.attempt({ ...request, credentials }))
    if (!request || !exchange) continue
    if (exchange.status !== 401 && exchange.status !== 403) return undefined
    if (exchange.status === 403) {
      const without = await client.attempt({ ...request, credentials: null })
      if (without?.status !== 403) return undefined
    }
    refusal ??= { operation, curl: exchange.curl }
  }
  return refusal
}

/** Lists the operations that no secret reaches, with the options that would reach them. */
export function skipUnreachable({ client, report }: CheckRun, operations: readonly SpecOperation[]): void {
  const { credentials } = client
  const unreachable = operations.filter(({ security, isProtected }) => isProtected && !credentials.wayFor(security))
  const groups = Map.groupBy(unreachable, ({ security }) => credentials.optionsFor(security))
  for (const [options, group] of groups) {
    const isAll = groups.size === 1 && group.length === operations.filter((one) => one.isProtected).length
    if (isAll) report.skip('all protected operations', 'answers', `no token was given: ${options}`)
    else for (const { id } of group) report.skip(id, 'answers', `no credentials were given for it: ${options}`)
  }
}
