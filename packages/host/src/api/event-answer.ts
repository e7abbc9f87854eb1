import { PassThrough } from 'node:stream'
import type { Context } from 'koa'

const keepAlive = 15_000

/** Answers with events as they come. What makes them goes on when the listener has gone. */
export function answerEvents<Event>(ctx: Context, listen: (signal: AbortSignal) => AsyncIterable<Event>): void {
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
      for await (const event of listen(gone.signal)) stream.write(`data: ${JSON.stringify(event)}\n\n`)
    } finally {
      clearInterval(timer)
      stream.end()
    }
  })()
}
