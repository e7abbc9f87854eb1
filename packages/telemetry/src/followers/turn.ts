import { trace } from '@opentelemetry/api'
import { errorType } from '../error-type.ts'
import type { TurnEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { spans } from '../sent.ts'
import type { TraceIds } from '../trace-ids.ts'

/** All turns of a conversation are one trace. The request that began the turn, which may end before it, is a link. */
export function followTurns(instruments: Instruments, ids: TraceIds): Follower<TurnEvent> {
  return {
    begin({ conversation }, ambient) {
      const request = trace.getSpanContext(ambient)
      const attributes = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.conversation.id': conversation }
      return ids.inConversation(conversation, () =>
        instruments.startSpan(spans.turn, 'invoke_agent', attributes, {
          parent: undefined,
          links: request ? [{ context: request }] : [],
        }),
      )
    },
    end(event, context) {
      const hasFailed = 'error' in event
      endSpan(spans.turn, context, {
        'reference_plugins.turn.state': hasFailed ? 'failed' : String(event.result),
        'error.type': hasFailed ? errorType(event.error) : undefined,
      })
    },
  }
}
