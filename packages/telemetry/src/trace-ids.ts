import { createHash } from 'node:crypto'
import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace'

/** Random ids, except that all turns of a conversation are one trace, also on another instance and after a restart. */
export class TraceIds implements IdGenerator {
  readonly #random = new RandomIdGenerator()
  #next: string | undefined

  /** Runs `start`, which starts a span without a parent, in the trace of a conversation. */
  inConversation<Result>(conversation: string, start: () => Result): Result {
    this.#next = createHash('sha256').update(conversation).digest('hex').slice(0, 32)
    try {
      return start()
    } finally {
      this.#next = undefined
    }
  }

  generateTraceId(): string {
    return this.#next ?? this.#random.generateTraceId()
  }

  generateSpanId(): string {
    return this.#random.generateSpanId()
  }
}
