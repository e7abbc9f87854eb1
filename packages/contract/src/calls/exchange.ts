import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { objectOf, type Schema } from '@reference-plugins/reader'
import { type AnswerBody, readBody } from './answer-body.ts'
import { callLimit, TimeOver, timeLeft } from './deadline.ts'

const longestAnswer = 12_000
const mostBytes = 6_000_000
/** How long a stream of events is read: it may never end. */
const longestStream = 1_000

export interface Answer extends AnswerBody {
  status: number
  headers: IncomingHttpHeaders
  /** Whether the rest was not read: a stream of events goes on, or the body is too long. */
  isCut?: boolean
}

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer | URLSearchParams | undefined
  /** In milliseconds, for the whole answer. */
  longest?: number
}

/** There is no complete answer in the time for one call. */
export class TookTooLong extends Error {
  override readonly name = 'TookTooLong'
}

/**
 * Sends a request and follows no redirect. Costs half of what fetch costs, and a run makes hundreds of requests.
 * @throws Error whose message says why there is no answer, such as ECONNREFUSED
 */
export async function exchange(
  url: string,
  { method = 'GET', headers = {}, body, longest = longestAnswer }: RequestOptions = {},
): Promise<Answer> {
  const signal = callLimit(longest)
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const { request } = url.startsWith('https:') ? https : http
      const form = body instanceof URLSearchParams && { 'content-type': 'application/x-www-form-urlencoded' }
      const sent = request(url, { method, headers: { ...form, ...headers }, signal }, (answer) => {
        const { statusCode: status = 0, headers } = answer
        const parts: Buffer[] = []
        let bytes = 0
        const finish = (isCut: boolean) => {
          clearTimeout(stream)
          resolve({ status, headers, ...readBody(Buffer.concat(parts), headers, isCut), isCut })
          if (isCut) answer.destroy()
        }
        const stream = /^text\/event-stream/i.test(headers['content-type'] ?? '')
          ? setTimeout(finish, longestStream, true)
          : undefined
        answer
          .on('data', (part: Buffer) => {
            parts.push(part)
            bytes += part.length
            if (bytes > mostBytes) finish(true)
          })
          .on('end', () => finish(false))
          .on('error', (error) => {
            clearTimeout(stream)
            reject(error)
          })
      })
      // The server may close a connection at rest just as it is used again.
      sent.on('error', (error: NodeJS.ErrnoException) =>
        sent.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted
          ? exchange(url, { method, headers, body, longest }).then(resolve, reject)
          : reject(error),
      )
      sent.end(body instanceof URLSearchParams ? body.toString() : body)
    })
  } catch (error) {
    if (timeLeft() <= 0) throw new TimeOver('the time of the run is over')
    const { code, message } = error as NodeJS.ErrnoException
    if (signal.aborted) throw new TookTooLong(`no complete answer in ${longest / 1000} seconds`)
    throw new Error(code ?? message)
  }
}

/** Fetches a JSON object and follows redirects. Undefined where there is no answer. */
export async function fetchJson(url: string): Promise<{ status: number; json: Schema } | undefined> {
  const signal = callLimit(longestAnswer)
  return fetch(url, { signal }).then(
    async (answer) => ({ status: answer.status, json: objectOf(await answer.json().catch(() => undefined)) }),
    () => undefined,
  )
}
