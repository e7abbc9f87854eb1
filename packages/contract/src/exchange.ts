import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { objectOf, type Schema } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'

const longestAnswer = 15_000

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The body as JSON, with exact numbers. Undefined where it is not JSON. */
  json: unknown
}

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer | URLSearchParams | undefined
  /** In milliseconds, for the whole answer. */
  longest?: number
}

/**
 * Sends a request and follows no redirect. Costs half of what fetch costs, and a run makes hundreds of requests.
 * @throws Error whose message says why there is no answer, such as ECONNREFUSED
 */
export async function exchange(
  url: string,
  { method = 'GET', headers = {}, body, longest = longestAnswer }: RequestOptions = {},
): Promise<Answer> {
  const signal = AbortSignal.timeout(longest)
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const { request } = url.startsWith('https:') ? https : http
      const form = body instanceof URLSearchParams && { 'content-type': 'application/x-www-form-urlencoded' }
      const sent = request(url, { method, headers: { ...form, ...headers }, signal }, (answer) => {
        const { statusCode: status = 0, headers } = answer
        let text = ''
        answer
          .setEncoding('utf8')
          .on('data', (part) => (text += part))
          .on('end', () => {
            // As fetch does.
            text = text.replace(/^\ufeff/, '')
            resolve({ status, headers, text, json: toJson(text) })
          })
          .on('error', reject)
      })
      sent.on('error', reject).end(body instanceof URLSearchParams ? body.toString() : body)
    })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(signal.aborted ? `no answer in ${longest / 1000} seconds` : (code ?? message))
  }
}

/** Fetches a JSON object and follows redirects. Undefined where there is no answer. */
export const fetchJson = (url: string): Promise<{ status: number; json: Schema } | undefined> =>
  fetch(url, { signal: AbortSignal.timeout(longestAnswer) }).then(
    async (answer) => ({ status: answer.status, json: objectOf(await answer.json().catch(() => undefined)) }),
    () => undefined,
  )

/** The same path on the server under test, whatever the public address of the plugin. */
export function onServer(url: string, baseUrl: string): string {
  const { pathname, search } = new URL(url)
  return `${baseUrl}${pathname}${search}`
}

function toJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return undefined
  }
}
