import { propagation } from '@opentelemetry/api'
import { errorType, failedStatus } from '../error-type.ts'
import type { PluginCallEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { serverOf } from '../http.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'

export function followPluginCalls(instruments: Instruments): Follower<PluginCallEvent> {
  const durations = instruments.measure(metrics.calls)

  return {
    begin({ protocol, operation, url, meta }, parent) {
      const attributes = {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': operation,
        'reference_plugins.call.protocol': protocol,
        ...serverOf(url),
      }
      if (protocol === 'http')
        return instruments.startSpan(spans.call, `execute_tool ${operation}`, attributes, { parent })
      const more = { ...attributes, 'mcp.method.name': 'tools/call' }
      const context = instruments.startSpan(spans.tool, `tools/call ${operation}`, more, { parent })
      propagation.inject(context, meta)
      return context
    },
    end(event, context, seconds) {
      const { protocol, state = 'failed', status } = event
      const failure = 'error' in event ? errorType(event.error) : (failedStatus(status, 400) ?? whyFailed(state))
      const shared = { 'reference_plugins.call.state': state, 'error.type': failure }
      durations(seconds, { 'reference_plugins.call.protocol': protocol, ...shared })
      endSpan(protocol === 'http' ? spans.call : spans.tool, context, shared)
    },
  }
}

const whyFailed = (state: string): string | undefined => (state === 'done' ? undefined : state)
