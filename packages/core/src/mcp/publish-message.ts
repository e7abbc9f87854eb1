import { messageChannel } from '../channels.ts'
import type { CoreContext } from '../exchange.ts'

interface Message {
  method?: unknown
  params?: { name?: unknown; _meta?: unknown } | undefined
}

const versionKey = 'io.modelcontextprotocol/protocolVersion'

/**
 * Answers the messages of a request. Publishes the message if it is the only one and anyone listens: a batch, which only
 * protocol 2025-03-26 has, is not published.
 */
export function publishMessage(
  ctx: CoreContext,
  messages: readonly (Message | null)[],
  tools: { has(name: string): boolean },
  answer: () => Promise<void>,
): Promise<void> {
  const [message] = messages
  if (!messageChannel.hasSubscribers || messages.length !== 1 || message?.method === undefined) return answer()
  const { method, params } = message
  const name = method === 'tools/call' ? String(params?.name) : ''
  const meta: Record<string, unknown> = Object(params?._meta)
  const event = {
    method,
    tool: tools.has(name) ? name : undefined,
    meta,
    protocolVersion: String(ctx.req.headers['mcp-protocol-version'] ?? meta[versionKey]),
    status: 200,
  }
  return messageChannel.tracePromise(async () => {
    await answer()
    event.status = ctx.res.statusCode
  }, event)
}
