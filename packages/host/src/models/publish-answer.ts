import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import type { ModelEvent } from '@reference-plugins/telemetry/events'
import { modelChannel } from '../channels.ts'
import type { ModelChoice } from '../wire.ts'

export interface PublishedAnswer<Started> {
  started: PromiseLike<Started>
  /** Hears each part of the answer, for the tokens that it took. */
  note(part: LanguageModelV4StreamPart): void
  fail(error: unknown): void
  /** The answer is complete, has failed, or nobody reads on. */
  end(): void
}

/** Begins an answer of a model, and publishes it if anyone listens. What is said is not published. */
export function publishAnswer<Started>(
  choice: ModelChoice,
  begin: () => PromiseLike<Started>,
): PublishedAnswer<Started> {
  if (!modelChannel.hasSubscribers) return { started: begin(), note() {}, fail() {}, end() {} }
  const url = new URL(choice.baseUrl)
  const event: ModelEvent = { provider: providerOf(choice, url), model: choice.model, url }
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let started: PromiseLike<Started> | undefined
  const ended = modelChannel.tracePromise(() => {
    started = begin()
    return promise
  }, event)
  // The reader of the answer gets the error.
  ended.catch(() => {})
  return {
    started: started as unknown as PromiseLike<Started>,
    note(part) {
      if (part.type !== 'finish') return
      event.finishReason = part.finishReason.unified
      event.inputTokens = part.usage.inputTokens.total
      event.outputTokens = part.usage.outputTokens.total
    },
    fail: reject,
    end: resolve,
  }
}

function providerOf({ provider }: ModelChoice, { hostname }: URL): string {
  if (provider === 'anthropic') return 'anthropic'
  return hostname === 'api.openai.com' ? 'openai' : 'custom'
}
