import { setTimeout as sleep } from 'node:timers/promises'
import type { Fetch } from '@reference-plugins/guarded-fetch'
import { ModelError } from './model.ts'

export interface ModelFetchOptions {
  /** Until the answer begins: a large model on a small machine thinks long. In milliseconds. */
  longestToBegin?: number
  /** Between two pieces of an answer. */
  longestPause?: number
  /** What sends; by default the fetch of Node. */
  send?: Fetch
}

const mostTries = 3
const longestRetryAfter = 20_000

/** Sends to a model: tries again while nothing has come, and ends an answer that does not go on. */
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
              `The model did not begin to answer within ${longestToBegin / 1000} seconds. Try again, or choose a smaller one`,
            ),
          ),
        longestToBegin,
      )
      const signal = init.signal ? AbortSignal.any([init.signal, limit.signal]) : limit.signal
      try {
        const answer = await send(input, { ...init, signal })
        const isOverloaded = answer.status === 429 || answer.status >= 500
        const pause = pauseOf(answer.headers.get('retry-after'), tries)
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

/** RFC 9110, section 10.2.3, in milliseconds; a little longer each time where the server does not say. */
function pauseOf(retryAfter: string | null, tries: number): number {
  const seconds = Number(retryAfter)
  if (retryAfter !== null && Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(retryAfter ?? '')
  return Number.isNaN(date) ? 250 * 2 ** tries : Math.max(0, date - Date.now())
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
