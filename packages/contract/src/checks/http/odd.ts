import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { leakIn } from '../operations/answer.ts'

/** A request without credentials, as a stranger or a browser's preflight sends it. */
export const anonymous = ({ method, base, path, headers, body }: RequestInput): RequestInput => ({
  method,
  base,
  path,
  ...(headers && { headers }),
  body,
  credentials: null,
})

/**
 * Sends a request that the spec does not describe. Whatever the answer is, it is no failure and reveals nothing.
 * @param what of the request, for the finding
 */
export async function sendStrange(
  { client, report }: CheckRun,
  subject: Pick<SpecOperation, 'id' | 'pointer'>,
  what: string,
  request: RequestInput,
): Promise<Exchange | undefined> {
  const exchange = await client.attempt(request)
  if (!exchange) return undefined
  // 501 says that the method is not supported.
  if (exchange.status >= 500 && exchange.status !== 501)
    report.add('server-error', subject.id, `${what} is answered with ${exchange.status}`, {
      pointer: subject.pointer,
      curl: exchange.curl,
      // Frameworks fail on what is no URL before the code of the API runs. No assistant sends it, and nothing is at risk.
      ...(!isDecodable(request.path) && { severity: 'warning' }),
    })
  const leak = leakIn(exchange.text)
  if (leak !== undefined) report.addTo(subject, 'leak', `${what} is answered with ${leak}`, exchange.curl)
  return exchange
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== ''
  } catch {
    return false
  }
}
