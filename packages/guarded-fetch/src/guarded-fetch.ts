import { lookup as systemLookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Agent, fetch, type Response } from 'undici'
import { isLoopback, isPublic } from './address.ts'
import { publishUpstream } from './upstream-channel.ts'

/** The URL leads to a forbidden address, or the answer is not acceptable. The message says why, for the person who gave the URL. */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
}

/** The server did not answer in time, or not at all. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed'
}

const mostBytes = 2 ** 20
const longest = 15_000

type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export interface GuardedFetchOptions {
  /** GET by default. Only a GET or HEAD follows redirects. */
  method?: string
  body?: string | Uint8Array
  /** The longest body, in bytes after decompression. By default 1 MiB. */
  maximumBytes?: number
  /** The time limit in milliseconds, including redirects. By default 15 seconds. */
  timeout?: number
  /** Those that may identify the caller, such as Authorization or X-Api-Key, do not follow a redirect to another origin. */
  headers?: Record<string, string>
  /** The most redirects to follow. Each is checked like the first URL. By default 3. `returned`: a redirect is the answer. */
  redirects?: number | 'returned'
  /** Allows URLs of this machine: only for development. */
  allowLoopback?: boolean
  /** Whether the server may learn the id of the trace (`traceparent`). By default no server does. */
  sendsTrace?: boolean
  signal?: AbortSignal
  /** Resolves host names to addresses. */
  resolve?: Resolve
}

export interface GuardedResponse {
  status: number
  headers: Headers
  /** The URL after all redirects. */
  url: string
  body: Buffer
}

/**
 * Fetches a URL from an untrusted source, without reaching the private network or the machine that this runs on.
 * It connects to the same address that it has checked, so that a name cannot resolve to another one in between.
 * @throws FetchRefused, FetchFailed
 */
export async function guardedFetch(url: string, options: GuardedFetchOptions = {}): Promise<GuardedResponse> {
  const timer = AbortSignal.timeout(options.timeout ?? longest)
  const { response, target, end } = await request(url, options, timer)
  try {
    const body = await buffer(limit(response.body ?? new Blob([]).stream(), options.maximumBytes ?? mostBytes, end))
    return { status: response.status, headers: response.headers as unknown as Headers, url: target, body }
  } catch (error) {
    throw toFetchError(error, timer, target)
  }
}

/** The type of `fetch`, for libraries that accept one. */
export type Fetch = (
  input: string | URL | Request,
  init?: { [Member in keyof RequestInit]?: RequestInit[Member] | undefined },
) => Promise<globalThis.Response>

/**
 * The same as a function with the type of `fetch`, for libraries that accept one. The answer is streamed, and ends with an
 * error if it is too long or too slow.
 */
export function guardedFetcher(options: GuardedFetchOptions = {}): Fetch {
  return async (input, init = {}) => {
    const asked = input instanceof Request ? input : undefined
    const body = init.body ?? (asked?.body ? new Uint8Array(await asked.arrayBuffer()) : undefined)
    if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array) && !isForm(body))
      throw new FetchRefused('only text, bytes and forms can be sent')
    const timer = AbortSignal.timeout(options.timeout ?? longest)
    const signals = [options.signal, init.signal ?? asked?.signal].filter((signal) => signal instanceof AbortSignal)
    const { response, end } = await request(
      String(asked?.url ?? input),
      {
        ...options,
        method: init.method ?? asked?.method ?? 'GET',
        headers: {
          ...(isForm(body) && { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }),
          ...Object.fromEntries(new Headers(init.headers ?? asked?.headers)),
        },
        ...(body !== undefined && { body: isForm(body) ? String(body) : body }),
        ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      },
      timer,
    )
    return toStreamed(response, options.maximumBytes ?? mostBytes, end)
  }
}

const isForm = (body: unknown): body is URLSearchParams => body instanceof URLSearchParams

function toStreamed(response: Response, maximumBytes: number, end: () => Promise<void>): globalThis.Response {
  const { status, headers, body } = response
  const given = { status, headers: [...headers] }
  if (body && ![101, 204, 205, 304].includes(status))
    return new globalThis.Response(limit(body, maximumBytes, end), given)
  void end()
  return new globalThis.Response(null, given)
}

/** The same body, which ends with an error if it is too long. Calls `end` when it has ended. */
function limit(body: ReadableStream<Uint8Array>, maximumBytes: number, end: () => Promise<void>) {
  let length = 0
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        length += value?.length ?? 0
        if (length > maximumBytes) throw new FetchRefused(`the answer is longer than ${maximumBytes} bytes`)
        if (!done) return controller.enqueue(value)
        controller.close()
      } catch (error) {
        controller.error(error)
      }
      await end()
    },
    cancel: end,
  })
}

interface Requested {
  response: Response
  /** The URL after all redirects. */
  target: string
  /** Closes the connection. */
  end(): Promise<void>
}

async function request(url: string, options: GuardedFetchOptions, timer: AbortSignal): Promise<Requested> {
  const { headers = {}, redirects = 3, allowLoopback = false, resolve = resolveAll, timeout = longest } = options
  const { method = 'GET', body, sendsTrace = false } = options
  const isAllowed = (address: string) => isPublic(address) || (allowLoopback && isLoopback(address))
  const signal = options.signal ? AbortSignal.any([options.signal, timer]) : timer
  const agent = new Agent({ maxHeaderSize: 16_384, connect: { lookup: guardedLookup(resolve, isAllowed), timeout } })
  const followed = /^(GET|HEAD)$/i.test(method) || redirects === 'returned' ? redirects : 0
  let next = url
  try {
    let sent = headers
    for (let hops = 0; ; hops++) {
      const target = checkUrl(next, isAllowed)
      const own = { ...sent }
      // Another server to which this one redirects is not the one that the caller named.
      const mayLearn = sendsTrace && new URL(target).origin === new URL(url).origin
      const setHeader = (name: string, value: string) => {
        own[name] = value
      }
      const response = await publishUpstream(
        () => ({ method, url: new URL(target), resent: hops, ...(mayLearn && { setHeader }) }),
        () =>
          fetch(target, {
            dispatcher: agent,
            redirect: 'manual',
            method,
            headers: own,
            signal,
            ...(body !== undefined && { body }),
          }),
      )
      const location = response.headers.get('location')
      const isRedirect = response.status >= 300 && response.status <= 399 && response.status !== 304
      if (!isRedirect || location === null || followed === 'returned')
        return { response, target, end: () => agent.destroy() }
      await response.body?.cancel()
      if (hops === followed) throw new FetchRefused(`it redirects ${tooOften(followed)}`)
      if (!URL.canParse(location, target)) throw new FetchRefused('it redirects to something that is not a URL')
      next = new URL(location, target).href
      if (new URL(next).origin !== new URL(target).origin) sent = withoutCaller(sent)
    }
  } catch (error) {
    await agent.destroy()
    throw toFetchError(error, timer, next)
  }
}

const tooOften = (followed: number): string => (followed === 0 ? 'to another address' : `more than ${followed} times`)

const resolveAll: Resolve = (hostname) => systemLookup(hostname, { all: true })

// Whatever else is sent may identify the caller, such as X-Api-Key.
const ofAnyone =
  /^(accept|accept-charset|accept-encoding|accept-language|cache-control|if-modified-since|if-none-match|pragma|range|user-agent)$/i

const withoutCaller = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => ofAnyone.test(name)))

/** Checks a literal address, because connecting to it needs no lookup. */
function checkUrl(url: string, isAllowed: (address: string) => boolean): string {
  if (!URL.canParse(url)) throw new FetchRefused('it is not a URL')
  const { protocol, username, password, hostname, href } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') throw new FetchRefused('only http and https are allowed')
  if (username !== '' || password !== '') throw new FetchRefused('it contains a user name or a password')
  const host = hostname.replace(/^\[|\]$/g, '')
  if (/^[\d.]+$|:/.test(host) && !isAllowed(host)) throw new FetchRefused('its address is not on the public internet')
  return href
}

/** Refuses a name if any of its addresses is not allowed, because any of them may be used. */
function guardedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const isRefused = addresses.length === 0 || addresses.some(({ address }) => !isAllowed(address))
        const error = isRefused
          ? new FetchRefused('its host name resolves to an address that is not on the public internet')
          : null
        const [first] = addresses
        if (options.all) callback(error, isRefused ? [] : addresses)
        else callback(error, isRefused ? '' : (first?.address ?? ''), first?.family)
      },
      (error) => callback(error, options.all ? [] : ''),
    )
  }
}

function toFetchError(error: unknown, timer: AbortSignal, url: string): Error {
  // undici wraps the error of its connection, sometimes twice.
  for (let inner = error; inner instanceof Error; inner = inner.cause) if (inner instanceof FetchRefused) return inner
  const host = URL.parse(url)?.host ?? ''
  if (timer.aborted) return new FetchFailed(`the server ${host} did not answer in time`, { cause: error })
  const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
  const reason = cause?.code ?? cause?.message ?? (error as Error).message
  return new FetchFailed(`the server ${host} cannot be reached (${reason})`, { cause: error })
}
