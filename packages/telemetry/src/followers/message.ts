import { type Context, createContextKey, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { failedStatus } from '../error-type.ts'
import type { MessageEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'

const known = new Set([
  'completion/complete',
  'initialize',
  'logging/setLevel',
  'notifications/cancelled',
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
  'ping',
  'prompts/get',
  'prompts/list',
  'resources/list',
  'resources/read',
  'resources/subscribe',
  'resources/templates/list',
  'resources/unsubscribe',
  'server/discover',
  'subscriptions/listen',
  'tools/call',
  'tools/list',
])
const versions = new Set(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'])
const outcome = createContextKey('the outcome of a message to MCP')

/** The tool of the message that the context belongs to has failed, and the answer says so with `isError`. */
export function noteToolError(context: Context): void {
  const noted = context.getValue(outcome) as { isError: boolean } | undefined
  if (noted) noted.isError = true
}

/** The parent is the span in `_meta`, if there is one, and the HTTP request is a link, as the conventions for MCP say. */
export function followMessages(instruments: Instruments): Follower<MessageEvent> {
  const durations = instruments.measure(metrics.messages)
  const common = ({ method, tool, protocolVersion }: MessageEvent) => ({
    'mcp.method.name': methodOf(method),
    'mcp.protocol.version': versions.has(protocolVersion ?? '') ? protocolVersion : undefined,
    'gen_ai.operation.name': method === 'tools/call' ? 'execute_tool' : undefined,
    'gen_ai.tool.name': tool,
  })

  return {
    begin(event, ambient) {
      const { tool, meta = {} } = event
      const sender = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, textsOf(meta)))
      const parent = sender ? trace.setSpanContext(ambient, sender) : ambient
      const carrier = trace.getSpanContext(ambient)
      const links = sender && carrier ? [{ context: carrier }] : []
      const name = methodOf(event.method) + (tool === undefined ? '' : ` ${tool}`)
      const context = instruments.startSpan(spans.message, name, common(event), { parent, links })
      return context.setValue(outcome, { isError: false })
    },
    end(event, context, seconds) {
      const { isError } = context.getValue(outcome) as { isError: boolean }
      const failure = { 'error.type': failedStatus(event.status, 400) ?? (isError ? 'tool_error' : undefined) }
      durations(seconds, { ...common(event), ...failure })
      endSpan(spans.message, context, failure)
    },
  }
}

const methodOf = (method: unknown): string => (typeof method === 'string' && known.has(method) ? method : '_OTHER')

const textsOf = ({ traceparent, tracestate }: Readonly<Record<string, unknown>>): Record<string, string> => ({
  ...(typeof traceparent === 'string' && { traceparent }),
  ...(typeof tracestate === 'string' && { tracestate }),
})
