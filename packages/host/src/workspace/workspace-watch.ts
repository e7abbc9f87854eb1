import { setTimeout as sleep } from 'node:timers/promises'
import { withLease } from '@reference-plugins/store'
import type { Logger } from 'pino'
import type { Host } from '../host.ts'

/** In milliseconds. */
const lookEvery = 2_000
const longestPause = 60_000
/** How long a watch that has died keeps others from watching, in seconds. */
const longestSilence = 30

/**
 * Registers the plugins of the workspace as they come up, for the one user of a host in development. One that cannot be
 * registered is tried again after a pause that doubles. Of several processes with one database one does this, until it ends.
 */
export class WorkspaceWatch {
  readonly #host: Pick<Host, 'workspace' | 'database'>
  readonly #user: string
  readonly #log: Logger
  readonly #every: number
  readonly #pauses = new Map<string, { length: number; until: number }>()
  readonly #end = new AbortController()
  #ended: Promise<void> | undefined

  constructor(host: Pick<Host, 'workspace' | 'database'>, user: string, log: Logger, every = lookEvery) {
    this.#host = host
    this.#user = user
    this.#log = log
    this.#every = every
  }

  start(): void {
    this.#ended ??= this.#watch()
  }

  /** Resolves when nothing is being registered. */
  async stop(): Promise<void> {
    this.#end.abort()
    await this.#ended
  }

  async #watch(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      await withLease(this.#host.database, 'workspace', longestSilence, (lost) => this.#lookAgain(lost)).catch(
        (error) => this.#log.error({ err: error }, 'the plugins of the workspace were not read'),
      )
      await this.#pause()
    }
  }

  async #lookAgain(lost: AbortSignal): Promise<void> {
    while (!lost.aborted && !this.#end.signal.aborted) {
      await this.#look()
      await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    await sleep(this.#every, undefined, { signal: this.#end.signal, ref: false }).catch(() => {})
  }

  async #look(): Promise<void> {
    for (const local of await this.#host.workspace.waiting(this.#user)) {
      const { name } = local
      const pause = this.#pauses.get(name)
      if (this.#end.signal.aborted) return
      if (pause && pause.until > Date.now()) continue
      const problem = await this.#host.workspace.registerAlone(this.#user, local)
      if (problem === undefined) {
        this.#pauses.delete(name)
        this.#log.info(`${name} is registered`)
        continue
      }
      const length = Math.min((pause?.length ?? this.#every) * 2, longestPause)
      this.#pauses.set(name, { length, until: Date.now() + length })
      if (!pause) this.#log.warn(`${name} could not be registered: ${problem}`)
    }
  }
}
