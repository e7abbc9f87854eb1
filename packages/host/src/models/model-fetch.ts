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
      const timer = setTimeout(
        () =>
          limit.abort(
            new ModelError(
              `The model did not begin to answer within ${longestToBegin / 1000} seconds. Try again, or choose a smaller model`,
            ),
          ),
        longestToBegin,
      )
      const signal = init.signal ? AbortSignal.any([init.signal, limit.signal]) : limit.signal
      try {
        const answer = await send(input, { ...init, signal })
        const isOverloaded = answer.status === 429 || answer.status >= 500
        const seconds = retryAfterSeconds(answer.headers.get('retry-after'))
        const pause = seconds === undefined ? 250 * 2 ** tries : seconds * 1000
        if (!isOverloaded || tries === mostTries || pause > longestRetryAfter) return withPauses(answer, longestPause)
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

function withPauses(answer: Response, longestPause: number): Response {
  if (!answer.body) return answer
  const reader = answer.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let timer: NodeJS.Timeout | undefined
      const tooLong = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () =>
            reject(
              new ModelError(
                `The model stopped in the middle of its answer for ${longestPause / 1000} seconds. Try again`,
              ),
            ),
          longestPause,
        )
      })
      try {
        const { done, value } = await Promise.race([reader.read(), tooLong])
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        controller.error(error)
        await reader.cancel().catch(() => {})
      } finally {
        clearTimeout(timer)
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers })
}
