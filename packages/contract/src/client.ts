import { writeRequest } from '@reference-plugins/reader'
import { type Answer, exchange } from './exchange.ts'
import type { Report } from './finding.ts'
import type { SpecOperation } from './spec.ts'

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
  /** Undefined sends the token of the run, null sends none. */
  token?: string | null | undefined
}

export interface ClientOptions {
  baseUrl: string
  token?: string | undefined
  /** The header in which the token is sent without a scheme, in place of Authorization. */
  keyHeader?: string | undefined
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

  get token(): string | undefined {
    return this.#options.token
  }

  async send({ method, path, headers = {}, body, token = this.#options.token }: RequestInput): Promise<Exchange> {
    const { baseUrl, report, longestCall = 50_000 } = this.#options
    const url = `${baseUrl}${path}`
    const authorization = token === null || token === undefined ? {} : this.#authorization(token)
    const all: Record<string, string> = {
      accept: 'application/json',
      ...this.#options.headers,
      ...authorization,
      ...headers,
    }
    const start = performance.now()
    report.calls++
    const answer = await exchange(url, { method, headers: all, body, longest: longestCall }).catch((error: Error) => {
      throw new NoAnswer(`${method} ${url}: ${error.message}`)
    })
    return { ...answer, method, url, milliseconds: performance.now() - start, curl: this.#curl(method, url, all, body) }
  }

  #authorization(token: string): Record<string, string> {
    const { keyHeader } = this.#options
    if (keyHeader !== undefined) return { [keyHeader.toLowerCase()]: token.replace(/^\w+ /, '') }
    return { authorization: /^\w+ /.test(token) ? token : `Bearer ${token}` }
  }

  /** Sends a request. Undefined where there is no answer. */
  async attempt(request: RequestInput): Promise<Exchange | undefined> {
    return this.send(request).catch((error) => {
      if (!(error instanceof NoAnswer)) throw error
      return undefined
    })
  }

  #curl(method: string, url: string, headers: Record<string, string>, body: string | Buffer | undefined): string {
    const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
    const parts = ['curl', ...(method === 'GET' ? [] : ['-X', method]), quote(url)]
    for (const [name, value] of Object.entries(headers)) {
      if (name === 'accept') continue
      // Shows invalid tokens, and hides valid and expired ones.
      const isKey = name === this.#options.keyHeader?.toLowerCase()
      const isSecret = (isKey || name === 'authorization') && !/made-up|undefined|^Bearer $/.test(value)
      const hidden = isKey ? `"${name}: $TOKEN"` : `"authorization: ${value.split(' ')[0]} $TOKEN"`
      parts.push('-H', isSecret ? hidden : quote(`${name}: ${value}`))
    }
    if (body !== undefined) parts.push('-d', quote(String(body.slice(0, 2_000))))
    return parts.join(' ')
  }
}

/** The request of an operation for an input, as assistants build it. */
export function toRequest(
  operation: SpecOperation,
  input: Record<string, unknown>,
): RequestInput & { body: string | undefined } {
  const { method, path, query, body } = operation
  const fields = operation.fields.map((field) => ({ ...field, place: field.place === 'form' ? 'body' : field.place }))
  const written = writeRequest({ kind: 'http', method, path, query, fields, ...(body && { body }) }, input)
  return {
    method,
    path: written.path + (written.query && `?${written.query}`),
    headers: { ...written.headers, ...(written.body && { 'content-type': written.body.type }) },
    body: written.body?.text,
  }
}
