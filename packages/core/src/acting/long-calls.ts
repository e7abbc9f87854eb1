import type { Context } from '../operation.ts'
import type { ActionName, Progress } from './task.ts'
import type { Tasks } from './tasks.ts'

/** How long one try may take, in milliseconds. */
const longestTry = 3_600_000
/** How often progress is written, in milliseconds. */
const reportInterval = 1_000

/** What a handler gets instead of what belongs to the connection of its caller. */
export type OwnLife = Pick<Context, 'signal' | 'progress'>

/** The calls of this process that outlive their connections. */
export class LongCalls {
  readonly #tasks: Tasks
  readonly #running = new Set<AbortController>()

  constructor(tasks: Tasks) {
    this.#tasks = tasks
  }

  /** Runs one try. Its signal aborts when the process stops, or after an hour: then another try goes on. */
  async run<Result>(action: ActionName, work: (life: OwnLife) => Promise<Result>): Promise<Result> {
    const controller = new AbortController()
    const report = new ProgressReport((progress) => this.#tasks.report(action, progress))
    const timer = setTimeout(() => controller.abort(new Error('a try took over an hour')), longestTry).unref()
    this.#running.add(controller)
    try {
      return await work({
        signal: controller.signal,
        progress: (done, total, message) => report.say({ done, total, message }),
      })
    } finally {
      clearTimeout(timer)
      this.#running.delete(controller)
      report.end()
    }
  }

  /** Asks each of them to end, because the process stops. */
  abort(): void {
    for (const controller of this.#running) controller.abort(new Error('the process stops'))
  }
}

/** Writes the latest progress at most once a second, and again while the action may have become a task since. */
class ProgressReport {
  readonly #write: (progress: Progress) => Promise<void>
  #latest: Progress | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(write: (progress: Progress) => Promise<void>) {
    this.#write = write
  }

  say(progress: Progress): void {
    this.#latest = progress
    this.#timer ??= setInterval(() => this.#flush(), reportInterval).unref()
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #flush(): void {
    // A database that is away for a moment gets the next one.
    if (this.#latest) this.#write(this.#latest).catch(() => {})
  }
}
