import { retryAfterSeconds } from '@reference-plugins/guarded-fetch'

const mostFailures = 5
/** In milliseconds. */
const longestPause = 120_000

interface State {
  failures: number
  pausedUntil: number
}

/**
 * Pauses the calls of a plugin that fails: for as long as its Retry-After asks, and after five failures in a row for a
 * time that doubles with each one, as ChatGPT did.
 */
export class Breaker {
  readonly #states = new Map<string, State>()

  /** For how many more seconds nothing is sent to the plugin; 0 if it may be called. */
  pause(plugin: string): number {
    const { pausedUntil = 0 } = this.#states.get(plugin) ?? {}
    return Math.max(0, Math.ceil((pausedUntil - Date.now()) / 1000))
  }

  /** @param status undefined if there was no answer */
  note(plugin: string, status: number | undefined, retryAfter: string | undefined): void {
    const isFailure = status === undefined || status === 429 || status >= 500
    if (!isFailure) return void this.#states.delete(plugin)
    const state = this.#states.get(plugin) ?? { failures: 0, pausedUntil: 0 }
    state.failures++
    const asked = (retryAfterSeconds(retryAfter) ?? 0) * 1000
    if (asked > 0) state.pausedUntil = Date.now() + Math.min(asked, longestPause)
    else if (state.failures >= mostFailures) {
      state.pausedUntil = Date.now() + Math.min(1000 * 2 ** (state.failures - mostFailures), longestPause)
    }
    this.#states.set(plugin, state)
  }
}
