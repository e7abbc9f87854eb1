import type { CoreContext } from '../exchange.ts'
import { Problem } from '../problem.ts'

/**
 * Whether the answer may be an event stream. The SDK asks every client to accept streams and JSON by name, and answers
 * protocols before 2026 with a stream; clients send less than that, and get JSON.
 * @throws Problem 406 for a client that accepts neither
 */
export function acceptsEvents({ req }: CoreContext): boolean {
  // An empty header names nothing, so it asks for nothing.
  const accept = req.headers.accept?.trim() || '*/*'
  if (accept === 'application/json, text/event-stream') return true
  const ranges = accept.toLowerCase().split(',').map(toRange)
  // A client that accepts anything may not know event streams.
  if (ranges.some(({ type, isWanted }) => type === 'text/event-stream' && isWanted)) return true
  const best = ['application/json', 'application/*', '*/*'].flatMap(
    (type) => ranges.find((one) => one.type === type) ?? [],
  )
  if (!best[0]?.isWanted) throw new Problem(406, 'Send the header "Accept: application/json, text/event-stream"')
  return false
}

/** One media range, RFC 9110 section 12.5.1. Parameters other than its weight do not matter here. */
function toRange(text: string): { type: string; isWanted: boolean } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  return { type, isWanted: !parameters.some((one) => /^q=0(\.0*)?$/.test(one)) }
}
