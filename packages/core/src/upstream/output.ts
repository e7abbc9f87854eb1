import { z } from 'zod'
import type { ErrorStatus } from '../problem.ts'

/** What every output of an API's answer has besides its own members. */
export const cutOutput = {
  cut: z.array(z.string()).optional().describe('What was left out because the answer is long'),
}

/** The output of a call whose answer has no content. */
export const doneOutput = z.object({ status: z.literal('success'), ...cutOutput })

/** A whole number of 64 bits. With more digits than a JSON number keeps everywhere it is text, so that none is lost. */
export const int64 = z.union([z.int(), z.string().regex(/^-?\d+$/)])

/** What a call of an API may fail with. An operation may word them for itself, and add 403, 409, 410, 412 or 422. */
export const upstreamErrors = {
  404: 'there is no such thing',
  502: 'the API did not answer as it should',
  503: 'the API is busy: call again after the time in Retry-After',
  504: 'the API took too long',
} as const satisfies Partial<Record<ErrorStatus, string>>
