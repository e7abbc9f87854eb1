import { TimeOver, timeLeft } from './deadline.ts'
import { type Answer, TookTooLong } from './exchange.ts'

/** How many calls are under way at once where a server is slow. */
const mostLanes = 8
/** In milliseconds. A server that answers faster gets one call after the other, so that a seed repeats a run exactly. */
const slow = 150
const fewest = 5
const kept = 15

/** A piece of work that judges its own answers, whatever else goes on. */
export type Job = () => Promise<void>

/** No complete answer in the time for one call, and other calls were under way. */
export class SlowBeside extends TookTooLong {}

/**
 * How fast a server answers, and how many calls it gets at once. A server that limits its callers, fails beside other
 * calls, or gets slower with them gets one at a time.
 */
export class Pace {
  /** How long the last calls took, in milliseconds: those that were alone, and those beside others. */
  readonly #single: number[] = []
  readonly #beside: number[] = []
  #most = mostLanes
  #started = 0
  #active = 0
  #isAlone = false
  /** How many groups of jobs are under way. Calls outside of any are never held back. */
  #groups = 0
  #waiting: (() => void)[] = []

  /** How many calls the server gets at once. */
  get lanes(): number {
    return this.#single.length >= fewest && median(this.#single) >= slow ? this.#most : 1
  }

  /** How long a call takes, in milliseconds. */
  get usual(): number {
    return Math.max(1, median(this.#single))
  }

  /** How many calls there is time for. */
  get reach(): number {
    return (timeLeft() / this.usual) * this.lanes
  }

  /** Does the jobs, and starts the next one as soon as there is a free lane. */
  async each(jobs: Iterable<Job>, isOver: () => boolean): Promise<void> {
    const busy = new Set<Promise<void>>()
    const failures: unknown[] = []
    this.#groups++
    try {
      for (const job of jobs) {
        if (isOver() || failures.length > 0) break
        const work: Promise<void> = job()
          .catch((error) => void failures.push(error))
          .finally(() => busy.delete(work))
        busy.add(work)
        while (busy.size >= this.lanes) await Promise.race(busy)
      }
      await Promise.all(busy)
    } finally {
      this.#groups--
    }
    if (failures.length > 0) throw failures[0]
  }

  /**
   * Makes a call when there is a free lane. What fails beside other calls, or is answered with 5xx, is sent again alone:
   * otherwise it would not be known which of them was the cause.
   * @throws SlowBeside where it was beside others and took too long
   */
  async send(exchange: () => Promise<Answer>): Promise<Answer> {
    while (this.#isAlone || (this.#groups > 0 && this.#active >= this.lanes)) await this.#wait()
    const before = this.#active
    const order = ++this.#started
    this.#active++
    const start = performance.now()
    const answer = await exchange().catch((error: Error) => error)
    this.#active--
    this.#wake()
    const isBeside = this.#groups > 0 && (before > 0 || this.#started > order)
    if (answer instanceof Error) {
      if (!isBeside || answer instanceof TimeOver) throw answer
      this.#most = 1
      if (answer instanceof TookTooLong) throw new SlowBeside(answer.message)
      return this.#sendAlone(exchange)
    }
    this.#learn(performance.now() - start, answer, isBeside)
    return isBeside && answer.status >= 500 ? this.#sendAlone(exchange) : answer
  }

  async #sendAlone(exchange: () => Promise<Answer>): Promise<Answer> {
    while (this.#isAlone || this.#active > 0) await this.#wait()
    this.#isAlone = true
    try {
      return await exchange()
    } finally {
      this.#isAlone = false
      this.#wake()
    }
  }

  #learn(milliseconds: number, { status, headers }: Answer, isBeside: boolean): void {
    const times = isBeside ? this.#beside : this.#single
    times.push(milliseconds)
    if (times.length > kept) times.shift()
    if (status === 429 || Object.keys(headers).some((name) => /^(x-)?rate-?limit|^retry-after$/.test(name)))
      this.#most = 1
    // It works on one call after the other, so more at once only wait longer.
    else if (this.#beside.length >= fewest && median(this.#beside) > median(this.#single) * 2.5) {
      this.#most = Math.max(1, Math.floor(this.#most / 2))
      this.#beside.length = 0
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
