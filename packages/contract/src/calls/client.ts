import { type Answer, exchange } from '../exchange.ts'
import type { Report } from '../finding.ts'
import type { Security } from '../security-schemes.ts'
import { type CredentialSource, type Credentials, nothingPlaced, type Placed } from './credentials.ts'

export interface Exchange extends Answer {
  method: string
  url: string
  milliseconds: number
  curl: string
}

export interface RequestInput {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer | undefined
  /** What the operation needs. Undefined where the spec is silent. */
  security?: Security
  /** Undefined sends the credentials of the run, null sends none. */
  credentials?: CredentialSource | null | undefined
}

export interface ClientOptions {
  baseUrl: string
  credentials: Credentials
  headers?: Record<string, string>
  longestCall?: number
  report: Report
}

/** The plugin does not answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** Makes calls as an assistant does, with a curl command for each that repeats it. */
export class Client {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** The first secret of the run. */
  get token(): string | undefined {
    return this.#options.credentials.first
  }

  get credentials(): Credentials {
    return this.#options.credentials
  }

  async send(request: RequestInput): Promise<Exchange> {
    const { baseUrl, report, longestCall = 50_000 } = this.#options
    const { method, headers = {}, body } = request
    const placed = await this.#place(request)
    const url = addQuery(`${baseUrl}${request.path}`, placed.query)
    const all: Record<string, string> = {
      accept: 'application/json',
      ...this.#options.headers,
      ...headers,
      ...placed.headers,
    }
    if (placed.cookies.length > 0) {
      const [name = 'cookie'] = Object.keys(all).filter((one) => one.toLowerCase() === 'cookie')
      const pairs = placed.cookies.map(([cookie, value]) => `${cookie}=${value}`)
      all[name] = [...(all[name] ? [all[name]] : []), ...pairs].join('; ')
    }
    const start = performance.now()
    report.calls++
    const answer = await exchange(url, { method, headers: all, body, longest: longestCall }).catch((error: Error) => {
      throw new NoAnswer(`${method} ${url}: ${error.message}`)
    })
    const curl = this.#curl(method, url, all, body, placed)
    return { ...answer, method, url, milliseconds: performance.now() - start, curl }
  }

  async #place({ security, credentials = this.#options.credentials }: RequestInput): Promise<Placed> {
    await credentials?.renew?.()
    return credentials?.place(security) ?? nothingPlaced
  }

  /** Sends a request. Undefined where there is no answer. */
  async attempt(request: RequestInput): Promise<Exchange | undefined> {
    return this.send(request).catch((error) => {
      if (!(error instanceof NoAnswer)) throw error
      return undefined
    })
  }

  #curl(
    method: string,
    url: string,
    headers: Record<string, string>,
    body: string | Buffer | undefined,
    { secrets }: Placed,
  ): string {
    const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), quote(url, secrets)]
    for (const [name, value] of Object.entries(headers))
      if (name !== 'accept') parts.push('-H', quote(`${name}: ${value}`, secrets))
    if (body !== undefined) parts.push('-d', quote(String(body.slice(0, 2_000)), []))
    return parts.join(' ')
  }
}

const addQuery = (url: string, pairs: readonly [string, string][]): string => {
  const written = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
  return written === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${written}`
}

/** Text in quotes of the shell, in which each secret is a variable. */
function quote(text: string, secrets: Placed['secrets']): string {
  const [secret, shell] =
    secrets.filter(([one]) => one !== '' && text.includes(one)).sort(([a], [b]) => b.length - a.length)[0] ?? []
  if (secret === undefined) return `'${text.replaceAll("'", `'\\''`)}'`
  return text
    .split(secret)
    .map((part) => (part === '' ? '' : quote(part, secrets)))
    .join(`"${shell}"`)
}
