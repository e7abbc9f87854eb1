import { errorType } from '../error-type.ts'
import type { OperationEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'
import { noteToolError } from './message.ts'

export function followOperations(instruments: Instruments): Follower<OperationEvent> {
  const durations = instruments.measure(metrics.operations)
  const common = ({ operation, via }: OperationEvent) => ({
    'reference_plugins.operation.id': operation,
    'reference_plugins.operation.via': via,
  })

  return {
    begin: (event, parent) => instruments.startSpan(spans.operation, event.operation, common(event), { parent }),
    end(event, context, seconds) {
      const failure = 'error' in event ? { 'error.type': errorType(event.error) } : {}
      if ('error' in event) noteToolError(context)
      durations(seconds, { ...common(event), ...failure })
      endSpan(spans.operation, context, failure)
    },
  }
}
