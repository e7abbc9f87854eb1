import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

/** The statuses that an operation may declare. 400, 401, 403, 404, 405, 413, 415, 429, 500 and 503 core answers by itself. */
export type ErrorStatus = 400 | 403 | 404 | 409 | 410 | 412 | 422 | 429 | 502 | 503 | 504

export interface ProblemOptions {
  /** Response headers that the status asks for, such as Allow or Retry-After. */
  headers?: Record<string, string>
  /** One entry for each input that was refused. */
  errors?: { name: string; detail: string }[]
  cause?: unknown
}

/** What goes wrong in a way that the caller can act on. `detail` is sent, and says what to do next. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly headers: Record<string, string>
  readonly errors: ProblemOptions['errors']

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause })
    this.status = status
    this.headers = options.headers ?? {}
    this.errors = options.errors
  }
}

/** Problem details, RFC 9457. `instance` is the request id, which the log has too. */
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

export function toProblemDocument(problem: Problem, requestId: string): z.infer<typeof ProblemDocument> {
  const { status, message: detail, errors } = problem
  const title = STATUS_CODES[status] ?? 'Error'
  return { type: 'about:blank', title, status, detail, instance: requestId, ...(errors && { errors }) }
}
