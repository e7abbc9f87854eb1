import { errorType } from '../error-type.ts'
import type { ModelEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { serverOf } from '../http.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'

export function followModels(instruments: Instruments): Follower<ModelEvent> {
  const durations = instruments.measure(metrics.models)
  const tokens = instruments.measure(metrics.tokens)
  const common = ({ provider, model }: ModelEvent) => ({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
  })

  return {
    begin(event, parent) {
      const attributes = { ...common(event), ...serverOf(event.url) }
      return instruments.startSpan(spans.model, `chat ${event.model}`, attributes, { parent })
    },
    end(event, context, seconds) {
      const { inputTokens, outputTokens, finishReason } = event
      const failure = 'error' in event ? { 'error.type': errorType(event.error) } : {}
      durations(seconds, { ...common(event), ...failure })
      if (inputTokens !== undefined) tokens(inputTokens, { ...common(event), 'gen_ai.token.type': 'input' })
      if (outputTokens !== undefined) tokens(outputTokens, { ...common(event), 'gen_ai.token.type': 'output' })
      endSpan(spans.model, context, {
        'gen_ai.usage.input_tokens': inputTokens,
        'gen_ai.usage.output_tokens': outputTokens,
        'gen_ai.response.finish_reasons': finishReason === undefined ? undefined : [finishReason],
        ...failure,
      })
    },
  }
}
