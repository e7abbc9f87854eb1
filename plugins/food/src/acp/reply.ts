import type { Session } from '../checkout/vocabulary.ts'
import { type AcpError, errorBody } from './acp-error.ts'
import { toAcpSession } from './session-answer.ts'

/** What is answered, and answered again to a repeated request. */
export interface Reply {
  status: number
  body: object
}

export const sessionReply = (session: Session, status = 200): Reply => ({ status, body: toAcpSession(session) })

export const errorReply = (error: AcpError): Reply => ({ status: error.status, body: errorBody(error) })

/** In the form in which core keeps answers. */
export const toAnswer = (reply: Reply) => ({ text: JSON.stringify(reply), data: { ...reply } })

/** A kept answer, unless it is one that core has got from the operation, after the process of the request had ended. */
export const readReply = ({ status, body }: Record<string, unknown>): Reply | undefined =>
  typeof status === 'number' && typeof body === 'object' && body !== null ? { status, body } : undefined
