import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import type { CoreContext } from '../exchange.ts'

/** How long an event stream may be silent, in milliseconds. Proxies close a connection that is silent for longer. */
const longestSilence = 15_000
const eventStream = 'text/event-stream'

export interface ReplyOptions {
  /** Whether the client reads event streams. */
  streams: boolean
  /** Whether such a client gets a stream even for a single answer, as before 2026. */
  prefersStream: boolean
  /** How many requests it answers. */
  count: number
}

/** The answers to the messages of one POST: as JSON, or as an event stream as soon as there is more to say than one answer. */
export class Reply {
  /** True when everything is answered, false when the client disconnected before. */
  readonly done: Promise<boolean>
  readonly #ctx: CoreContext
  readonly #options: ReplyOptions
  readonly #answers: string[] = []
  readonly #silence: NodeJS.Timeout | undefined
  readonly #end: (isAnswered: boolean) => void
  #left: number
  #isStreaming = false

  constructor(ctx: CoreContext, options: ReplyOptions) {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#ctx = ctx
    this.#options = options
    this.#left = options.count
    this.#silence = options.streams
      ? setInterval(() => this.#write(': keepalive\n\n'), longestSilence).unref()
      : undefined
    this.done = promise
    this.#end = (isAnswered) => {
      clearInterval(this.#silence)
      resolve(isAnswered)
    }
    ctx.res.once('close', () => this.#end(false))
  }

  /** Whether the client reads what is sent before the answer. */
  get isStream(): boolean {
    return this.#options.streams
  }

  /** Left out for a client that reads no streams. */
  notify(message: JSONRPCMessage): void {
    if (this.#options.streams) this.#write(toEvent(JSON.stringify(message)))
  }

  /** @param status that of the answer, unless a stream has begun */
  answer(message: JSONRPCMessage, status: number): void {
    const text = JSON.stringify(message)
    this.#left--
    if (this.#isStreaming || (this.#options.streams && this.#left > 0)) this.#write(toEvent(text))
    else this.#answers.push(text)
    if (this.#left === 0) this.#finish(status)
  }

  #finish(status: number): void {
    const [first = ''] = this.#answers
    if (this.#isStreaming) this.#ctx.res.end()
    else if (this.#options.streams && this.#options.prefersStream)
      this.#ctx.state.send(200, eventStream, toEvent(first))
    else
      this.#ctx.state.send(
        status,
        'application/json',
        this.#answers.length === 1 ? first : `[${this.#answers.join(',')}]`,
      )
    this.#end(true)
  }

  #write(event: string): void {
    // Without the header nginx would wait for more.
    if (!this.#isStreaming) this.#ctx.state.begin(200, eventStream, ['X-Accel-Buffering', 'no'])
    this.#isStreaming = true
    this.#ctx.res.write(event)
  }
}

const toEvent = (text: string): string => `event: message\ndata: ${text}\n\n`
