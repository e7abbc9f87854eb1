import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../rules/finding.ts'
import { timeLeft } from './deadline.ts'
import type { Answer } from './exchange.ts'

/** In milliseconds. */
const longestWait = 20_000
const mostTries = 3
/** Without Retry-After. */
const unstated = 1_000

/** Waits as a server asks for that limits its callers, as long as the time of the run allows it. */
export class RateLimits {
  readonly #report: Report
  /** Until when the server refuses, by place. */
  readonly #closed = new Map<string, number>()
  #calls = 0
  /** Calls that stayed refused, and those that were not made because they would be. */
  refused = 0

  constructor(report: Report) {
    this.#report = report
  }

  /** Counts a call, so that a wait knows whether others came between. */
  count(): void {
    this.#calls++
  }

  /** Whether calls of a place would only be refused for longer than the run waits. */
  isClosed(place: string): boolean {
    return (this.#closed.get(place) ?? 0) > performance.now()
  }

  /**
   * Waits after a 429. Answers false where it is not worth it to try again.
   * @param send tries again
   */
  async retry<Sent extends Answer>(place: string, curl: string, first: Sent, send: () => Promise<Sent>): Promise<Sent> {
    let answer = first
    for (let attempt = 0; answer.status === 429 && attempt < mostTries; attempt++) {
      const stated = this.#read(answer, place, curl)
      const wait = stated ?? unstated * 2 ** attempt
      // Some time must be left for the rest.
      if (wait > Math.min(longestWait, timeLeft() - 3_000)) {
        if (stated !== undefined) this.#closed.set(place, performance.now() + wait)
        break
      }
      const calls = this.#calls
      await sleep(wait + 50)
      const isAlone = this.#calls === calls
      answer = await send()
      if (answer.status === 429 && stated !== undefined && isAlone)
        this.#say(place, `after ${Math.round(wait / 1000)} seconds, as Retry-After says, it is refused again`, curl)
    }
    if (answer.status === 429) this.refused++
    return answer
  }

  /** Retry-After in milliseconds. Undefined where it says nothing. */
  #read({ headers }: Answer, place: string, curl: string): number | undefined {
    const text = headers['retry-after']
    if (text === undefined) {
      this.#say(place, '429 without Retry-After', curl)
      return undefined
    }
    const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000
    if (Number.isNaN(seconds) || (!/^\d+$/.test(text) && !/[a-z]/i.test(text)))
      this.#say(place, `Retry-After is ${text}: it must be seconds or a date`, curl)
    else if (seconds > 86_400) this.#say(place, `Retry-After is ${text}, which is more than a day`, curl)
    else return Math.max(0, seconds) * 1000
    return undefined
  }

  #say(place: string, detail: string, curl: string): void {
    this.#report.add('rate-limit', 'server', `${place}: ${detail}`, { curl })
  }
}
