import { setTimeout as sleep } from 'node:timers/promises'
import { retryAfterSeconds } from '@reference-plugins/guarded-fetch/retry-after'
import { publishUpstream } from '@reference-plugins/guarded-fetch/upstream-channel'

export interface SendRequest {
  method: string
  url: URL
  headers: Headers
  body: string | FormData | undefined
}

export interface Received {
  status: number
  headers: Headers
  /** Not more than the limit; undefined where the answer has more. */
  body: Buffer | undefined
}

export interface SendOptions {
  signal: AbortSignal
  /** In bytes after decompression. */
  maximumBytes: number
}

/** The API sent the call to another host, which must not get the secret. */
export class RedirectRefused extends Error {
  override readonly name = 'RedirectRefused'
}

const mostTries = 3
const firstPause = 200
const longestPause = 2_000
const mostRedirects = 3
const passing = [502, 503, 504]

/**
 * Sends a request. A GET or HEAD that gets no answer, or 502, 503 or 504, is sent up to three times, after pauses that
 * grow; never after an abort, and not if the API asks for a longer pause.
 * @throws RedirectRefused, or what `fetch` throws
 */
export async function send(request: SendRequest, options: SendOptions): Promise<Received> {
  const isSafe = request.method === 'GET' || request.method === 'HEAD'
  for (let tries = 1; ; tries++) {
    const isLast = !isSafe || tries === mostTries
    let pause = firstPause * 4 ** (tries - 1)
    try {
      const received = await follow(request, options, tries - 1)
      const asked = retryAfterSeconds(received.headers.get('retry-after'))
      if (isLast || !passing.includes(received.status) || (asked ?? 0) * 1_000 > longestPause) return received
      pause = Math.max(pause, (asked ?? 0) * 1_000)
    } catch (error) {
      if (isLast || options.signal.aborted || error instanceof RedirectRefused) throw error
    }
    // Callers that failed at the same time must not come back at the same time.
    await sleep(pause * (0.5 + Math.random()), undefined, { signal: options.signal })
  }
}

/** Follows redirects on the same origin: any of a GET, and 303 after other methods. */
async function follow(request: SendRequest, options: SendOptions, repeated: number): Promise<Received> {
  let { method, url, body } = request
  for (let redirects = 0; ; redirects++) {
    const { headers } = request
    const answer = await publishUpstream(
      () => ({ method, url, resent: repeated + redirects, setHeader: (name, value) => headers.set(name, value) }),
      () =>
        fetch(url, {
          method,
          headers,
          signal: options.signal,
          redirect: 'manual',
          ...(body !== undefined && { body }),
        }),
    )
    const location = answer.headers.get('location')
    const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && location !== null
    if (!isRedirect) return { status: answer.status, headers: answer.headers, body: await readBody(answer, options) }
    await answer.body?.cancel()
    const next = URL.parse(location, url.href)
    if (next?.origin !== url.origin) throw new RedirectRefused(next?.origin ?? 'an address that is not a URL')
    if (redirects === mostRedirects) throw new RedirectRefused('itself, again and again')
    if (answer.status === 303) [method, body] = ['GET', undefined]
    else if (method !== 'GET' && method !== 'HEAD') throw new RedirectRefused(next.pathname)
    url = next
  }
}

/** Reads as much as the limit allows, counted after decompression: a small answer may unpack to gigabytes. */
async function readBody({ body }: Response, { maximumBytes }: SendOptions): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > maximumBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
