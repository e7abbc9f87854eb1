import cluster from 'node:cluster'
import type { Database } from '@reference-plugins/store'
import { type Count, type Counts, DatabaseCounts, MemoryCounts } from './limit-counts.ts'

export interface LimiterOptions {
  /** Keeps its keys apart from those of other limiters. */
  name: string
  /** How often in a window, which begins with the first. */
  points: number
  /** The length of a window, in seconds. */
  seconds: number
}

/**
 * Limits how often something happens. A process that is alone counts in memory. Processes that share a database count in
 * it before they answer, so that together they have one limit.
 */
export class Limiter {
  readonly #name: string
  readonly #points: number
  readonly #milliseconds: number
  readonly #counts: Counts
  /** What is used up, so that more tries cost the database nothing. */
  readonly #refused = new MemoryCounts()

  constructor(database: Database, { name, points, seconds }: LimiterOptions) {
    this.#name = name
    this.#points = points
    this.#milliseconds = seconds * 1000
    const isShared = database.counts.isRemote || cluster.isWorker
    this.#counts = isShared ? new DatabaseCounts(database) : new MemoryCounts()
  }

  /** Counts one. Resolves to the seconds to wait, or 0. */
  async use(key: string): Promise<number> {
    const refused = await this.#refused.find(this.#keyOf(key))
    if (refused) return secondsUntil(refused)
    const count = await this.#counts.add(this.#keyOf(key), 1, this.#milliseconds)
    if (count.used <= this.#points) return 0
    await this.#refused.set(this.#keyOf(key), 1, count.endsAt - Date.now())
    return secondsUntil(count)
  }

  /** The seconds until the next one is accepted, or 0, without counting one. */
  async wait(key: string): Promise<number> {
    const count = await this.#counts.find(this.#keyOf(key))
    return count && count.used >= this.#points ? secondsUntil(count) : 0
  }

  async giveBack(key: string): Promise<void> {
    await this.#counts.add(this.#keyOf(key), -1, this.#milliseconds)
    await this.#refused.remove(this.#keyOf(key))
  }

  /** Begins a new window in which everything is used up. */
  async useUp(key: string): Promise<void> {
    await this.#counts.set(this.#keyOf(key), this.#points, this.#milliseconds)
  }

  async forget(key: string): Promise<void> {
    await this.#counts.remove(this.#keyOf(key))
    await this.#refused.remove(this.#keyOf(key))
  }

  #keyOf(key: string): string {
    return `${this.#name} ${key}`
  }
}

const secondsUntil = ({ endsAt }: Count): number => Math.max(1, Math.ceil((endsAt - Date.now()) / 1000))
