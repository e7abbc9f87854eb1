import { Problem } from '../problem.ts'
import { text } from '../text.ts'

export const longestKey = 255
const visible = /^[!-~]+$/
// A structured-field string, as the IETF draft has it; ACP and most clients send the bare key.
const quoted = /^"((?:[^"\\]|\\["\\])*)"$/

/** The input that every operation that acts once has besides its own. */
export const keyInput = text(longestKey)
  .regex(visible, 'must have visible ASCII characters only: send a UUID')
  .optional()
  .describe(
    'Any new text for each action, such as a UUID. When you repeat a call, send the text of the first call again',
  )

/**
 * The key of a call: of the header `Idempotency-Key`, of MCP's `_meta["idempotency-key"]`, or of the input `idempotency_key`.
 * @throws Problem 400
 */
export function readKey(besides: string | undefined, input: string | undefined): string | undefined {
  const sent = besides && (quoted.exec(besides)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? besides)
  if (sent !== undefined && input !== undefined && sent !== input)
    throw new Problem(400, 'The call has two idempotency keys: send one')
  const key = sent ?? input
  if (key === undefined) return undefined
  if (key.length > longestKey || !visible.test(key))
    throw new Problem(400, `The idempotency key must have 1 to ${longestKey} visible ASCII characters: send a UUID`)
  return key
}
