import { setTimeout as sleep } from 'node:timers/promises'
import type { Report } from '../rules/finding.ts'
import { TimeOver } from './deadline.ts'
import { exchange } from './exchange.ts'

/** In milliseconds, between looks at a server that does not answer. */
const pauses = [0, 300, 1_000, 2_000, 3_000]
const longestLook = 3_000

/** Finds out whether the server is still there after a call without an answer. */
export class Pulse {
  readonly #url: string
  readonly #report: Report
  #last: string | undefined
  #look: Promise<void> | undefined
  /** Why nothing more can be called. Undefined as long as the server answers. */
  end: string | undefined

  constructor(url: string, report: Report) {
    this.#url = url
    this.#report = report
  }

  answered(what: string): void {
    this.#last = what
  }

  /** Looks at the server after a call that failed. Calls at the same time share one look. */
  async check(what: string, curl: string): Promise<void> {
    // A server that never answered was not ended by this call.
    if (this.#last === undefined || this.end !== undefined) return
    this.#look ??= this.#find(what, curl).finally(() => {
      this.#look = undefined
    })
    await this.#look
  }

  async #find(what: string, curl: string): Promise<void> {
    const after = `this call, or after the one before it, ${this.#last}`
    for (const [index, pause] of pauses.entries()) {
      await sleep(pause)
      const isThere = await exchange(this.#url, { longest: longestLook }).then(
        () => true,
        (error: Error) => {
          if (error instanceof TimeOver) throw error
          return false
        },
      )
      if (!isThere) continue
      // It was only this call, unless the server had to start again.
      if (index > 0) this.#report.add('crash', what, `the server was away for a while after ${after}`, { curl })
      return
    }
    this.end = `the server no longer answers after ${what}`
    this.#report.add('crash', what, `the server no longer answers after ${after}`, { curl })
    this.#report.skip('the run', 'the rest', this.end)
  }
}
