import type { Fetch } from '@reference-plugins/guarded-fetch'

const mostBytes = 2_000_000

export interface Asked {
  status: number
  headers: Headers
  /** The JSON value of the body; undefined if it is not JSON. */
  body: unknown
}

export interface AskOptions {
  /** In milliseconds. */
  limit: number
  /** By default the `fetch` of Node. */
  send?: Fetch | undefined
  headers?: Record<string, string>
  /** Sent as JSON with POST. */
  body?: unknown
}

/** Asks a server of models something short. @throws Error if it does not answer in time, or with too much */
export async function askServer(
  url: string,
  { limit, send = fetch as Fetch, headers = {}, body }: AskOptions,
): Promise<Asked> {
  const answer = await send(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(limit),
  })
  const { status, headers: received } = answer
  const text = await textOf(answer)
  return { status, headers: received, body: toJson(text) }
}

async function textOf(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of answer.body ?? []) {
    length += piece.length
    if (length > mostBytes) throw new Error(`The answer is longer than ${mostBytes} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** How a request carries the key, by the API that it is for. */
export const keyHeaders = (provider: 'openai-compatible' | 'anthropic', apiKey = ''): Record<string, string> => {
  if (provider === 'anthropic') return { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
  return apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }
}
