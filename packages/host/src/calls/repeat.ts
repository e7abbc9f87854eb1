import { setTimeout as sleep } from 'node:timers/promises'
import { retryAfterSeconds } from '@reference-plugins/guarded-fetch'
import type { Outcome } from './call.ts'

/** In seconds. */
const longestPause = 10

/**
 * Makes a call that has an idempotency key: once more if the connection broke, and again while an earlier one with this
 * key still runs. The plugin does it once.
 * @param mayHaveArrived whether the plugin may have got a call that failed
 */
export async function performWithKey(
  perform: () => Promise<Outcome>,
  mayHaveArrived: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<Outcome> {
  const first = await perform().catch((error) => {
    if (signal.aborted || !mayHaveArrived(error)) throw error
    return undefined
  })
  for (let outcome = first ?? (await perform()); ; outcome = await perform()) {
    const pause = pauseOf(outcome)
    if (pause === undefined) return outcome
    await sleep(pause * 1000, undefined, { signal })
  }
}

/** How long to wait for a call that still runs, in seconds; undefined if it has ended. A tool says it in words. */
function pauseOf({ response }: Outcome): number | undefined {
  if (response?.status === 400 && /\(409\)\. This call is still running/.test(response.body)) return 1
  if (response?.status !== 409) return undefined
  const seconds = retryAfterSeconds(response.headers['retry-after'])
  return seconds === undefined || seconds > longestPause ? undefined : Math.max(seconds, 0.1)
}
