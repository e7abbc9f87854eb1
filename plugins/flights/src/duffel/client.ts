import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from '@reference-plugins/guarded-fetch/error-code'
import { publishUpstream } from '@reference-plugins/guarded-fetch/upstream-channel'
import type { z } from 'zod'
import { SourceError } from '../source.ts'
import { type Attempt, pauseOf, toSourceError } from './refusal.ts'

export interface ClientOptions {
  token: string
  baseUrl: string
  /** In milliseconds. Duffel asks for at least 130 seconds for what airlines do. */
  timeouts: { read: number; search: number; action: number }
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface Call<Data extends z.ZodType> extends Attempt {
  query?: Query
  /** What is sent as `data`. */
  body?: unknown
  data: Data
  timeout?: keyof ClientOptions['timeouts']
  signal?: AbortSignal | undefined
}

export interface Answer<Data> {
  status: number
  data: Data
  /** The cursor of the next page. */
  after: string | undefined
}

interface Received {
  status: number
  headers: Headers
  body: unknown
}

const mostBytes = 16 * 2 ** 20
const mostReads = 3
const firstPause = 200

/**
 * Speaks HTTP with Duffel. What reads is repeated after a failure; what acts is sent once, and its outcome is unknown if
 * the answer is lost, late or not understood. After a 429 nothing is sent until the time that Duffel names.
 */
export class DuffelClient {
  readonly #options: ClientOptions
  #blockedUntil = 0

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** @throws SourceError */
  async call<Data extends z.ZodType>(method: 'GET' | 'POST', path: string, call: Call<Data>) {
    const tries = method === 'GET' ? mostReads : 1
    for (let tried = 1; ; tried++) {
      try {
        return await this.#once(method, path, call, tried - 1)
      } catch (error) {
        const isPassing = error instanceof Passing
        if (!isPassing || tried === tries || call.signal?.aborted) throw isPassing ? error.meaning : error
        await sleep(firstPause * 4 ** (tried - 1) * (0.5 + Math.random()))
      }
    }
  }

  async #once<Data extends z.ZodType>(
    method: string,
    path: string,
    call: Call<Data>,
    resent: number,
  ): Promise<Answer<z.output<Data>>> {
    const wait = Math.ceil((this.#blockedUntil - Date.now()) / 1_000)
    if (wait > 0) throw new SourceError('unavailable', 'Too many calls were made to Duffel', { retryAfter: wait })
    const received = await this.#send(method, path, call, resent).catch((cause: unknown) => {
      throw withoutAnswer(call, cause)
    })
    const { status, headers, body } = received
    if (status === 429) this.#blockedUntil = Date.now() + pauseOf(headers, 'ratelimit-reset') * 1_000
    if (status < 200 || status >= 300) {
      const error = toSourceError(received, call)
      throw status >= 502 && error.code === 'unavailable' ? new Passing(error) : error
    }
    const { data, meta } = (body ?? {}) as { data?: unknown; meta?: { after?: unknown } | null }
    const checked = call.data.safeParse(data)
    if (!checked.success) {
      const code = call.isAction ? 'outcome_unknown' : 'unavailable'
      const where = checked.error.issues[0]?.path.join('.')
      throw new SourceError(code, `Duffel sent an answer that this plugin does not understand (at ${where})`)
    }
    return { status, data: checked.data, after: typeof meta?.after === 'string' ? meta.after : undefined }
  }

  #send(method: string, path: string, call: Call<z.ZodType>, resent: number): Promise<Received> {
    const { token, baseUrl, timeouts } = this.#options
    const url = new URL(path, baseUrl)
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const headers = new Headers({
      accept: 'application/json',
      'content-type': 'application/json',
      'duffel-version': 'v2',
      authorization: `Bearer ${token}`,
    })
    const timer = AbortSignal.timeout(timeouts[call.timeout ?? 'read'])
    const signal = call.signal ? AbortSignal.any([call.signal, timer]) : timer
    const body = call.body === undefined ? {} : { body: JSON.stringify({ data: call.body }) }
    return publishUpstream(
      () => ({ method, url, resent, setHeader: (name, value) => headers.set(name, value) }),
      async () => {
        const answer = await fetch(url, { method, headers, signal, redirect: 'error', ...body })
        return { status: answer.status, headers: answer.headers, body: await readJson(answer) }
      },
    )
  }
}

const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']

function withoutAnswer({ isAction }: Attempt, cause: unknown): Error {
  if (isAction && !neverSent.includes(errorCode(cause) ?? ''))
    return new SourceError('outcome_unknown', 'Duffel did not say whether it was done', { cause })
  const error = new SourceError('unavailable', 'Duffel did not answer', { cause })
  // After one time-out there is no time for another, and what is too long once is too long again.
  const isFinal = cause instanceof RangeError || (cause instanceof Error && cause.name === 'TimeoutError')
  return isFinal ? error : new Passing(error)
}

/** A failure that may be over at the next try. */
class Passing extends Error {
  override readonly name = 'Passing'
  readonly meaning: SourceError

  constructor(meaning: SourceError) {
    super(meaning.message)
    this.meaning = meaning
  }
}

/** Undefined if it is not JSON. */
async function readJson({ body }: Response): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Counted after decompression: a small answer may unpack to gigabytes.
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > mostBytes) throw new RangeError(`The answer is longer than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}
