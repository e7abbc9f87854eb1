import type { IncomingMessage, ServerResponse } from 'node:http'
import type Koa from 'koa'
import type { Context, Middleware } from 'koa'

export type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * Lets calls of operations pass by Koa's own middleware and response: they answer for themselves, and have no
 * need of what Koa hangs on each request to see its end. Everything else goes the way of `app.use`.
 * @param answer answers a call, whatever goes wrong, and leaves Koa's response alone
 */
export function toListener(app: Koa, isCall: (ctx: Context) => boolean, answer: Middleware): Listener {
  const answerOther = app.callback()
  return async (request, response) => {
    const ctx = app.createContext(request, response) as unknown as Context
    if (!isCall(ctx)) return answerOther(request, response)
    try {
      await answer(ctx, async () => {})
    } catch (error) {
      app.emit('error', error, ctx)
      response.destroy()
    }
  }
}
