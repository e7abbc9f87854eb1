import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import type { PluginDocument } from '@reference-plugins/reader'
import type { ReadTexts } from '../plugins/plugins.ts'
import type { FetchOptions, Trace } from './trace.ts'

const assistant = 'https://chatgpt.com'

/** What an assistant that calls from the user's browser cannot do: protocol.md 1.5. */
export async function crossOriginFaults(
  { server, operations }: PluginDocument,
  { manifestUrl, specUrl }: ReadTexts,
  trace: Trace,
): Promise<string[]> {
  const faults: string[] = []
  for (const [what, url] of [
    ['manifest', manifestUrl],
    ['spec', specUrl],
  ] as const) {
    if (url === undefined) continue
    const allowed = allowedBy(await headersOf(trace, url, { headers: { origin: assistant }, redirects: 2 }))
    if (!isAllowed(allowed))
      faults.push(`The ${what} cannot be read by a page: Access-Control-Allow-Origin is ${allowed ?? 'missing'}`)
  }
  const target = operations[0]?.target
  if (target?.kind !== 'http') return faults
  const isLocal = server.startsWith('http:') && isLoopbackUrl(server)
  const headers = await headersOf(trace, `${server}${target.path.replaceAll(/\{[^}]*\}/g, 'x')}`, {
    method: 'OPTIONS',
    headers: {
      origin: assistant,
      'access-control-request-method': target.method,
      'access-control-request-headers': 'authorization,content-type,openai-conversation-id,openai-ephemeral-user-id',
      ...(isLocal && { 'access-control-request-private-network': 'true' }),
    },
  })
  const allowed = allowedBy(headers)
  if (!isAllowed(allowed))
    faults.push(`A page cannot call it: the preflight answers ${allowed ?? 'no Access-Control-Allow-Origin'}`)
  else if (isLocal && headers.get('access-control-allow-private-network') !== 'true')
    faults.push(
      'A page on the internet cannot call this machine: the preflight lacks Access-Control-Allow-Private-Network: true',
    )
  return faults
}

/** Empty if there is no answer. */
const headersOf = (trace: Trace, url: string, options: FetchOptions): Promise<Headers> =>
  trace.fetch(url, options).then(
    ({ headers }) => headers,
    () => new Headers(),
  )

const allowedBy = (headers: Headers): string | null => headers.get('access-control-allow-origin')
const isAllowed = (origin: string | null): boolean => origin === '*' || origin === assistant
