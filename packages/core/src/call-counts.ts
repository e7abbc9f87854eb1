import cluster from 'node:cluster'
import { createHash } from 'node:crypto'
import type { SharedCounts } from './plugin.ts'

/** How many calls there were in a window of time, which begins with the first. */
export interface CallCount {
  used: number
  /** When the window ends, on the clock of `performance.now()`. */
  endsAt: number
}

export interface CallCountsOptions {
  /** Keeps the counts of one purpose apart from those of others. */
  name: string
  /** The length of the window, in seconds. */
  window: number
  /** Where all instances count together. Without it, this process counts alone. */
  shared?: SharedCounts | undefined
  /** Called when the counts could not be shared, and when they are shared again. */
  onShared?: ((isShared: boolean, error?: unknown) => void) | undefined
}

interface Entry extends CallCount {
  /** The part of `used` that the others do not know yet. */
  unsettled: number
}

/** The counts, unless this process is alone: then it counts in memory. */
export const ifShared = (counts: SharedCounts | undefined): SharedCounts | undefined =>
  counts?.isRemote || cluster.isWorker ? counts : undefined

/** How often the instances tell each other what they have counted, in milliseconds. */
const interval = 250
const pauseAfterFailure = 1_000

/**
 * Counts in memory, by key. Where counts are shared, they are settled with the other instances every 250 ms, all keys
 * together, so that no call waits for it. While the others cannot be reached, this process counts alone.
 */
export class CallCounts {
  readonly #options: CallCountsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #unsettled = new Map<string, Entry>()
  #timer: NodeJS.Timeout | undefined
  #failures = 0
  #sweepAt = 0

  constructor(options: CallCountsOptions) {
    this.#options = options
  }

  /** The count of a key whose window has not ended. */
  find(key: string): CallCount | undefined {
    const entry = this.#entries.get(key)
    return entry && entry.endsAt > performance.now() ? entry : undefined
  }

  add(key: string): CallCount {
    const now = performance.now()
    let entry = this.#entries.get(key)
    if (!entry || entry.endsAt <= now) {
      this.#sweep(now)
      entry = { used: 0, unsettled: 0, endsAt: now + this.#options.window * 1000 }
      this.#entries.set(key, entry)
    }
    entry.used++
    if (this.#options.shared) {
      entry.unsettled++
      this.#unsettled.set(key, entry)
      this.#timer ??= setTimeout(() => this.#settle(), interval).unref()
    }
    return entry
  }

  async #settle(): Promise<void> {
    const { window, shared, onShared } = this.#options
    const sent = Array.from(this.#unsettled, ([key, entry]) => ({ key, entry, points: entry.unsettled }))
    this.#unsettled.clear()
    for (const { entry } of sent) entry.unsettled = 0
    try {
      // Neither user names nor addresses are stored.
      const points = new Map(sent.map(({ key, points }) => [this.#hash(key), points]))
      const counts = await (shared as SharedCounts).add(points, window)
      const now = performance.now()
      for (const { key, entry } of sent) {
        const { used, left } = counts.get(this.#hash(key)) as { used: number; left: number }
        // Calls may have been counted in the meantime.
        entry.used = used + entry.unsettled
        entry.endsAt = now + left
      }
      if (this.#failures > 1) onShared?.(true)
      this.#failures = 0
    } catch (error) {
      for (const { key, entry, points } of sent) {
        if (this.#entries.get(key) !== entry) continue
        entry.unsettled += points
        this.#unsettled.set(key, entry)
      }
      if (++this.#failures === 2) onShared?.(false, error)
    }
    const pause = this.#failures > 0 ? pauseAfterFailure : interval
    this.#timer = this.#unsettled.size > 0 ? setTimeout(() => this.#settle(), pause).unref() : undefined
  }

  #hash(key: string): string {
    return createHash('sha256').update(`${this.#options.name}\0${key}`).digest('base64url')
  }

  /** Forgets the keys whose window has ended. */
  #sweep(now: number): void {
    if (now < this.#sweepAt) return
    this.#sweepAt = now + this.#options.window * 1000
    for (const [key, { endsAt }] of this.#entries) if (endsAt <= now) this.#entries.delete(key)
  }
}
