import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Context } from 'koa'
import type { Logger } from 'pino'
import { type EventSource, EventStream } from '../conversation/event-stream.ts'

const keepAlive = 15_000

/** Starts work that reports events; its result is the last one. It continues when the client disconnects. */
export function startEvents<Event>(
  log: Logger,
  what: string,
  work: (tell: (event: Event) => void) => Promise<Event>,
): EventStream<Event> {
  const events = new EventStream<Event>()
  work((event) => events.emit(event))
    .then((last) => events.emit(last))
    .catch((error) => log.error({ err: error }, `${what} failed`))
    .finally(() => events.end())
  return events
}

/** Answers with server-sent events as they come. Their source continues when the client disconnects. */
export function answerEvents(ctx: Context, events: EventSource<unknown>): void {
  const stream = new PassThrough()
  const gone = new AbortController()
  ctx.status = 200
  ctx.type = 'text/event-stream'
  ctx.set({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
  ctx.body = stream
  const timer = setInterval(() => stream.write(': still there\n\n'), keepAlive)
  stream.on('close', () => gone.abort())
  void (async () => {
    try {
      // A slow reader gets the next event when it has read this one.
      for await (const event of events.listen(gone.signal))
        if (!stream.write(`data: ${JSON.stringify(event)}\n\n`))
          await once(stream, 'drain', { signal: gone.signal }).catch(() => {})
    } finally {
      clearInterval(timer)
      stream.end()
    }
    // Events that cannot be read any more end as if the connection had broken.
  })().catch(() => {})
}
