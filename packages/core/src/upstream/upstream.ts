import { errorCode } from '@reference-plugins/guarded-fetch/error-code'
import type { z } from 'zod'
import { describeRounded, parseJson } from '../json.ts'
import type { Context, PathNames, Route } from '../operation.ts'
import { Problem } from '../problem.ts'
import { longestAnswer } from '../run.ts'
import { pairsOf, type Scalar, urlOf, type Values } from './address.ts'
import { addCredentials, type Credential, withoutSecrets } from './credential.ts'
import { fitTo } from './fit.ts'
import type { cutOutput } from './output.ts'
import { toRefusal } from './refusal.ts'
import { type Received, RedirectRefused, type SendRequest, send } from './send.ts'

export interface UpstreamOptions {
  /** What messages call the API. */
  name: string
  /** Such as `https://api.example.com/v1`, from a variable: see `BaseUrl`. */
  baseUrl: string
  /** The secrets of the plugin, from variables. */
  credentials?: readonly Credential[]
  /** For a whole call with its repetitions, in milliseconds. By default 20 seconds. */
  timeout?: number
  /** The longest answer, in bytes after decompression. By default 4 MiB. */
  maximumBytes?: number
}

type AnswerKind = 'json' | 'text' | 'any' | 'nothing'
type AnswerOutput = z.ZodObject<typeof cutOutput & z.core.$ZodLooseShape>

type PathValues<Path extends string> = [PathNames<Path>] extends [never]
  ? { path?: never }
  : { path: Record<PathNames<Path>, Scalar> }

/** A call of the API. A value that is undefined is not sent. */
export type UpstreamCall<Path extends string, Output extends AnswerOutput> = PathValues<Path> & {
  query?: Values
  headers?: Record<string, Scalar | undefined>
  /** Sent as JSON. */
  body?: unknown
  /** Sent as a form. */
  form?: Values
  /** Sent as a form of several parts, as a browser sends one with files. */
  multipart?: Values
  /** What the answer may have: it is checked, and cut to this. */
  output: Output
  /** The member of the output for the whole answer, if the answer is not an object. */
  as?: keyof z.output<Output> & string
  /** What the answer is. By default JSON; `any` is JSON or else text; `nothing` ignores it, for `doneOutput`. */
  answer?: AnswerKind
  context: Pick<Context, 'signal' | 'log'>
}

export interface Upstream {
  /**
   * Calls an operation of the API, such as `GET /pets/{petId}`.
   * @throws Problem 400, 404, 409, 410, 412, 422, 429, 502, 503 or 504
   */
  call<const Path extends Route, Output extends AnswerOutput>(
    route: Path,
    call: UpstreamCall<Path, Output>,
  ): Promise<z.input<Output>>
}

const accepted: Record<AnswerKind, string> = {
  json: 'application/json, application/*+json;q=0.9, */*;q=0.5',
  text: 'text/*, */*;q=0.5',
  any: 'application/json, */*;q=0.5',
  nothing: '*/*',
}
const defaultTimeout = 20_000
const defaultBytes = 4 * 2 ** 20
// Leaves room for what is cut, in words.
const longestFitted = longestAnswer - 5_000

/** A client of the API that the operations of a plugin call. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { name, baseUrl, credentials = [], timeout = defaultTimeout, maximumBytes = defaultBytes } = options
  const clean = (text: string) => withoutSecrets(credentials, text)

  async function receive(route: string, request: SendRequest, { signal, log }: Pick<Context, 'signal' | 'log'>) {
    const timer = AbortSignal.timeout(timeout)
    try {
      const received = await send(request, { signal: AbortSignal.any([signal, timer]), maximumBytes })
      if (received.status >= 200 && received.status < 300) return received
      log.warn({ upstream: name, route, status: received.status }, 'the API refused a call')
      if (received.status === 401 || received.status === 403) log.error(secretAdvice(name, credentials))
      throw toRefusal(name, received, clean)
    } catch (error) {
      if (error instanceof Problem) throw error
      // The caller is gone: nobody reads this.
      if (signal.aborted) throw new Problem(504, 'The call was aborted', { cause: error })
      log.warn({ upstream: name, route, reason: timer.aborted ? 'timeout' : reasonOf(error) }, 'the API did not answer')
      if (timer.aborted)
        throw new Problem(504, `${name} took over ${timeout / 1_000} seconds: ask for less, or call again later`)
      if (error instanceof RedirectRefused)
        throw new Problem(502, `${name} sends calls to another address: its operator must correct the base URL`)
      throw new Problem(502, `${name} cannot be reached, or its answer ended early: call again later`)
    }
  }

  return {
    async call(route, { query = {}, headers = {}, output, as, answer = 'json', context, ...given }) {
      const [method = '', path = ''] = route.split(' ')
      const url = urlOf(baseUrl, path, (given.path ?? {}) as Record<string, Scalar>, query)
      const sent = new Headers({ accept: accepted[answer] })
      for (const [header, value] of pairsOf(headers)) sent.set(header, headerText(value))
      const body = bodyOf(given, sent)
      addCredentials(credentials, url, sent)
      const received = await receive(route, { method, url, headers: sent, body }, context)
      const value = readAnswer(name, answer, received)
      const whole = as === undefined ? value : { [as]: value }
      const { value: fitted, cut, fits } = fitTo(output, whole, longestFitted)
      if (!fits) throw new Problem(502, `${name} answered with more than this plugin can pass on: ask for less`)
      const checked = output.safeParse(isObject(fitted) ? withCut(fitted, cut) : fitted)
      if (checked.success) return checked.data as z.input<typeof output>
      const faults = checked.error.issues
        .slice(0, 5)
        .map((issue) => describe(issue, fitted))
        .join('; ')
      context.log.error({ upstream: name, route, faults }, 'the answer of the API does not fit the output')
      throw new Problem(502, `${name} answered with something else than it promises (${faults}): try other input`)
    },
  }
}

/** The body with its Content-Type, which `fetch` adds to a form of several parts. */
function bodyOf(
  { body, form, multipart }: { body?: unknown; form?: Values | undefined; multipart?: Values | undefined },
  headers: Headers,
): SendRequest['body'] {
  if (multipart) {
    const data = new FormData()
    for (const [name, value] of pairsOf(multipart)) data.append(name, value)
    return data
  }
  if (form) {
    headers.set('content-type', 'application/x-www-form-urlencoded')
    return new URLSearchParams(pairsOf(form)).toString()
  }
  if (body === undefined) return undefined
  if (!headers.has('content-type')) headers.set('content-type', 'application/json')
  return JSON.stringify(body)
}

/** Nothing but printable Latin, so that no value can begin another header. */
const headerText = (value: string): string => (/^[\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value))

function readAnswer(name: string, answer: AnswerKind, { body, headers }: Received): unknown {
  if (answer === 'nothing') return { status: 'success' }
  if (body === undefined) throw new Problem(502, `${name} answered with more than this plugin reads: ask for less`)
  const text = body.toString('utf8').replace(/^\uFEFF/, '')
  if (answer === 'text') return text
  if (text.trim() === '') return {}
  try {
    return parseJson(text)
  } catch {
    if (answer === 'any') return text
    const isPage = /html/i.test(headers.get('content-type') ?? '') || /^\s*</.test(text)
    throw new Problem(
      502,
      `${name} answered with ${isPage ? 'a web page' : 'something that is not JSON'}: call again later`,
    )
  }
}

/** A member of the API with the same name must not say what the plugin did. */
function withCut({ cut: _, ...own }: Record<string, unknown>, cut: readonly string[]): object {
  return cut.length > 0 ? { ...own, cut } : own
}

/** Names the place, never the value. */
function describe(issue: z.core.$ZodIssue, answer: unknown): string {
  const value = issue.path.reduce<unknown>((whole, key) => Object(whole)[key], answer)
  const words = issue.code === 'invalid_type' ? describeRounded(issue.expected, value) : undefined
  return `${issue.path.join('.') || 'the whole'}: ${words ?? issue.message}`
}

const secretAdvice = (name: string, credentials: readonly Credential[]): string =>
  credentials.length === 0
    ? `${name} asks for a secret, and this plugin has none`
    : `${name} does not accept the secret: check ${credentials.map(({ variable, value }) => `${variable}${value ? '' : ' (not set)'}`).join(', ')}`

/** The cause of an error of `fetch`, whose message may contain the URL. */
const reasonOf = (error: unknown): string =>
  error instanceof RedirectRefused ? `a redirect to ${error.message}` : (errorCode(error) ?? (error as Error).name)

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
