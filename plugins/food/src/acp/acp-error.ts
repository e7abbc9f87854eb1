import { Problem } from '@reference-plugins/core'
import { protocolVersion } from '../checkout/vocabulary.ts'
import { ShopError } from '../shop-error.ts'
import { inAcpWords } from './words.ts'

/** The flat error of ACP. */
export interface ErrorBody {
  type: 'invalid_request' | 'processing_error' | 'service_unavailable'
  code: string
  message: string
  /** A JSONPath into the request. */
  param?: string
  supported_versions?: string[]
}

/** A request that cannot be answered with a session. */
export class AcpError extends Problem {
  readonly code: string
  readonly param: string | undefined

  constructor(status: number, code: string, message: string, param?: string, headers: Record<string, string> = {}) {
    super(status, message, { headers })
    this.code = code
    this.param = param
  }
}

const shopErrors = {
  missing: { status: 404, code: 'not_found' },
  invalid: { status: 400, code: 'invalid' },
  conflict: { status: 409, code: 'conflict' },
} as const

/** What the shop refuses. */
export function toAcpError({ kind, message }: ShopError): AcpError {
  const { status, code } = shopErrors[kind]
  return new AcpError(status, code, inAcpWords(message))
}

/** The result of work, with what the shop refuses in the words of ACP. @throws AcpError */
export async function inAcp<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ShopError) throw toAcpError(error)
    throw error
  }
}

const codes: Record<number, string> = {
  400: 'invalid',
  401: 'unauthorized',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'request_too_large',
  415: 'unsupported_media_type',
  422: 'idempotency_conflict',
  429: 'rate_limited',
  503: 'service_unavailable',
}

/** The body of any error: those of core are about keys, tokens, the form of the body and the number of calls. */
export function errorBody(problem: Problem): ErrorBody {
  const { status, message } = problem
  const type = status === 503 ? 'service_unavailable' : status >= 500 ? 'processing_error' : 'invalid_request'
  const code = problem instanceof AcpError ? problem.code : codeOf(problem)
  return {
    type,
    code,
    message: inAcpWords(message),
    ...(problem instanceof AcpError && problem.param !== undefined && { param: problem.param }),
    ...(code.endsWith('_api_version') && { supported_versions: [protocolVersion] }),
  }
}

/** Core answers 409 with Retry-After only while a call with the same key runs. */
const codeOf = ({ status, headers }: Problem): string =>
  status === 409 && 'retry-after' in headers ? 'idempotency_in_flight' : (codes[status] ?? 'processing_error')
