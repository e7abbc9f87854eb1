const mostFailures = 5
const longestPause = 120_000

interface State {
  failures: number
  pausedUntil: number
}

/**
 * Leaves a plugin alone that is in trouble: as long as its 429 or 503 says, and a while after five failures in a row,
 * as ChatGPT backed off.
 */
export class Breaker {
  readonly #states = new Map<string, State>()

  /** How many seconds nothing is sent to it; 0 where it may be called. */
  pause(plugin: string): number {
    const { pausedUntil = 0 } = this.#states.get(plugin) ?? {}
    return Math.max(0, Math.ceil((pausedUntil - Date.now()) / 1000))
  }

  /** @param status undefined where there was no answer */
  note(plugin: string, status: number | undefined, retryAfter: string | undefined): void {
    const isFailure = status === undefined || status === 429 || status >= 500
    if (!isFailure) return void this.#states.delete(plugin)
    const state = this.#states.get(plugin) ?? { failures: 0, pausedUntil: 0 }
    state.failures++
    const asked = toMilliseconds(retryAfter)
    if (asked > 0) state.pausedUntil = Date.now() + Math.min(asked, longestPause)
    else if (state.failures >= mostFailures) {
      state.pausedUntil = Date.now() + Math.min(1000 * 2 ** (state.failures - mostFailures), longestPause)
    }
    this.#states.set(plugin, state)
  }
}

/** RFC 9110, section 10.2.3: seconds, or a date. */
function toMilliseconds(retryAfter: string | undefined): number {
  if (retryAfter === undefined) return 0
  const milliseconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()
  return Number.isFinite(milliseconds) ? milliseconds : 0
}
