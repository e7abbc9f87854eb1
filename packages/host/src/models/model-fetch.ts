import { setTimeout as sleep } from 'node:timers/promises'
import { type Fetch, retryAfterSeconds } from '@reference-plugins/guarded-fetch'
import { ModelError } from './model.ts'

export interface ModelFetchOptions {
  /** How long the model may take to begin its answer, in milliseconds. A large model on a small machine needs long. */
  longestToBegin?: number
  /** How long it may pause within its answer, in milliseconds. */
  longestPause?: number
  /** Sends the request; by default the `fetch` of Node. */
  send?: Fetch
}

const mostTries = 3
const longestRetryAfter = 20_000

/** Sends requests to a model. Tries again if the model is overloaded, and ends an answer that stops in the middle. */
export function modelFetch({
  longestToBegin = 120_000,
  longestPause = 60_000,
  send = fetch as Fetch,
}: ModelFetchOptions = {}): typeof fetch {
  return async (input, init = {}) => {
    for (let tries = 1; ; tries++) {
      const limit = new AbortController()
      const endAfter = (milliseconds: number, message: string) =>
        setTimeout(() => limit.abort(new ModelError(message)), milliseconds).unref()
      const seconds = longestToBegin / 1000
      const advice = 'Try again, or choose a smaller model'
      const timer = endAfter(longestToBegin, `The model did not begin to answer within ${seconds} seconds. ${advice}`)
      const signal = init.signal ? AbortSignal.any([init.signal, limit.signal]) : limit.signal
      try {
        const answer = await send(input, { ...init, signal })
        const isOverloaded = answer.status === 429 || answer.status >= 500
        const asked = retryAfterSeconds(answer.headers.get('retry-after'))
        const pause = asked === undefined ? 250 * 2 ** tries : asked * 1000
        if (!isOverloaded || tries === mostTries || pause > longestRetryAfter) {
          const text = `The model stopped in the middle of its answer for ${longestPause / 1000} seconds. Try again`
          return withTimer(answer, endAfter(longestPause, text))
        }
        await answer.body?.cancel()
        await sleep(pause, undefined, init.signal ? { signal: init.signal } : {})
      } catch (error) {
        if (limit.signal.aborted) throw limit.signal.reason
        throw error
      } finally {
        clearTimeout(timer)
      }
    }
  }
}

/** Starts the timer again with each piece of the answer. */
function withTimer(answer: Response, timer: NodeJS.Timeout): Response {
  const body = answer.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        timer.refresh()
        controller.enqueue(piece)
      },
      flush: () => clearTimeout(timer),
    }),
  )
  return new Response(body ?? null, { status: answer.status, statusText: answer.statusText, headers: answer.headers })
}
