import type { PluginDocument } from '@reference-plugins/reader'
import type { ReadTexts } from '../plugins/plugins.ts'
import { NoDocument, type Trace } from './trace.ts'

const assistant = 'https://chatgpt.com'

/** What hinders an assistant that calls from the user's browser, protocol.md 1.5. */
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
    const allowed = await allowedOrigin(url, trace)
    if (!isAllowed(allowed))
      faults.push(`The ${what} cannot be read by a page: Access-Control-Allow-Origin is ${allowed ?? 'missing'}`)
  }
  const target = operations[0]?.target
  if (target?.kind !== 'http') return faults
  const isLocal = /^http:\/\/(localhost|127\.|\[::1\])/.test(server)
  const path = target.path.replaceAll(/\{[^}]*\}/g, 'x')
  const answer = await trace
    .fetch(`${server}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: assistant,
        'access-control-request-method': target.method,
        'access-control-request-headers': 'authorization,content-type,openai-conversation-id,openai-ephemeral-user-id',
        ...(isLocal && { 'access-control-request-private-network': 'true' }),
      },
    })
    .catch((error) => {
      if (error instanceof NoDocument) return undefined
      throw error
    })
  const allowed = answer?.headers.get('access-control-allow-origin') ?? undefined
  if (!isAllowed(allowed))
    faults.push(
      `Calls from a page are refused: the preflight is answered with ${allowed ?? 'no Access-Control-Allow-Origin'}`,
    )
  else if (isLocal && answer?.headers.get('access-control-allow-private-network') !== 'true')
    faults.push(
      'A page on the internet may not call this machine: the preflight lacks Access-Control-Allow-Private-Network: true',
    )
  return faults
}

async function allowedOrigin(url: string, trace: Trace): Promise<string | undefined> {
  try {
    const { headers } = await trace.fetch(url, { headers: { origin: assistant }, redirects: 2 })
    return headers.get('access-control-allow-origin') ?? undefined
  } catch (error) {
    if (error instanceof NoDocument) return undefined
    throw error
  }
}

const isAllowed = (origin: string | undefined): boolean => origin === '*' || origin === assistant
