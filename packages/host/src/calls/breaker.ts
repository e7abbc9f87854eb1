import { retryAfterSeconds } from '@reference-plugins/guarded-fetch'
import { LRUCache } from 'lru-cache'

const mostFailures = 5
/** In milliseconds. */
const longestPause = 120_000

interface State {
  failures: number
  pausedUntil: number
}

/**
 * Pauses a user's calls of a plugin that fails: for as long as its Retry-After asks, and after five failures in a row for
 * a time that doubles with each one, as ChatGPT did. Others with whom the plugin is shared are not paused: what one of them
 * sends may be why it fails.
 */
export class Breaker {
  readonly #states = new LRUCache<string, State>({ max: 10_000 })

  /** For how many more seconds nothing is sent to the plugin for the user; 0 if it may be called. */
  pause(user: string, plugin: string): number {
    const { pausedUntil = 0 } = this.#states.get(`${user} ${plugin}`) ?? {}
    return Math.max(0, Math.ceil((pausedUntil - Date.now()) / 1000))
  }

  /** @param status undefined if there was no answer */
  note(user: string, plugin: string, status: number | undefined, retryAfter: string | undefined): void {
    const key = `${user} ${plugin}`
    const isFailure = status === undefined || status === 429 || status >= 500
    if (!isFailure) return void this.#states.delete(key)
    const state = this.#states.get(key) ?? { failures: 0, pausedUntil: 0 }
    state.failures++
    const asked = (retryAfterSeconds(retryAfter) ?? 0) * 1000
    if (asked > 0) state.pausedUntil = Date.now() + Math.min(asked, longestPause)
    else if (state.failures >= mostFailures) {
      state.pausedUntil = Date.now() + Math.min(1000 * 2 ** (state.failures - mostFailures), longestPause)
    }
    this.#states.set(key, state)
  }
}
