import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

/** The statuses that an operation may declare. Core itself answers 400, 401, 403, 404, 405, 413, 415, 429, 500 and 503. */
export type ErrorStatus = 400 | 403 | 404 | 409 | 410 | 412 | 422 | 429 | 502 | 503 | 504

export interface ProblemOptions {
  /** Response headers that the status requires, such as Allow or Retry-After. */
  headers?: Record<string, string>
  /** One entry for each refused input. */
  errors?: { name: string; detail: string }[]
  /** More members of the problem document, RFC 9457 section 3.2. */
  members?: Record<string, unknown>
  cause?: unknown
}

/** An error that the caller can act on. `detail` is sent to the caller, and says what to do next. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly headers: Record<string, string>
  readonly errors: ProblemOptions['errors']
  readonly members: ProblemOptions['members']

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause })
    this.status = status
    this.headers = options.headers ?? {}
    this.errors = options.errors
    this.members = options.members
  }
}

/** Problem details, RFC 9457. `instance` is the request id, which is in the log too. */
export const ProblemDocument = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().describe('The status in words'),
    status: z.number().int(),
    detail: z.string().describe('What is wrong and what to do next'),
    instance: z.string().describe('The id of this request, for a question to the operator'),
    errors: z.array(z.object({ name: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

export const problemType = 'application/problem+json'

/** The status in words. */
export const titleOf = (status: number): string => STATUS_CODES[status] ?? 'Error'

export function toProblemDocument(problem: Problem, requestId: string): z.infer<typeof ProblemDocument> {
  const { status, message: detail, errors, members } = problem
  const document = { type: 'about:blank' as const, title: titleOf(status), status, detail, instance: requestId }
  return { ...document, ...(errors && { errors }), ...members }
}

interface HttpError extends Error {
  status: number
  expose: boolean
  headers?: Record<string, string>
}

/** What to tell the caller about an error. About a fault of the server it says nothing more than that. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  // Koa, koa-body and the store follow the convention of the http-errors package. Errors of HTTP clients have a status
  // too, of another server's answer: those have no `expose`.
  if (error instanceof Error && (error as Partial<HttpError>).expose === true) {
    const { status, message, headers = {} } = error as HttpError
    if (status === 503)
      return new Problem(503, 'The service is not available: call again in a second', { headers, cause: error })
    if (status >= 400 && status < 500) return new Problem(status, message)
  }
  return new Problem(500, 'The service failed. The failure is logged; try other input', { cause: error })
}
