import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

export interface WorkersOptions {
  count: number
  /** How long stopping one may take, in milliseconds. It is killed then. */
  longestStop: number
  /** Says that a worker has ended, and when another one starts. */
  warn: (message: string) => void
  /** The pause before a worker is started again, in milliseconds. It doubles with each one that ends soon. By default 100. */
  firstPause?: number
  /** After how many workers that ended soon, one after another, to give up. By default 10. */
  mostFailures?: number
}

const longestPause = 10_000
/** A worker that has run for so long, in milliseconds, has started well. */
const soon = 10_000

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A worker ended before it was ready. It has printed why, unless the message says how it ended. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed'
  readonly expose = true
  readonly isExplained: boolean

  constructor({ code, signal }: Ended) {
    super(`a worker ended ${describe({ code, signal })} while it started`)
    this.isExplained = code === 1
  }
}

/** Runs this program several times behind one port, as worker processes that share it, and starts a worker again when it dies. */
export class Workers {
  readonly #options: Required<WorkersOptions>
  readonly #running = new Set<Worker>()
  readonly #stopped = new AbortController()
  readonly #gaveUp = Promise.withResolvers<never>()
  #failures = 0

  constructor(options: WorkersOptions) {
    this.#options = { firstPause: 100, mostFailures: 10, ...options }
    this.#gaveUp.promise.catch(() => {})
  }

  /** Rejects when workers die again and again soon after their start. */
  get gaveUp(): Promise<never> {
    return this.#gaveUp.promise
  }

  /**
   * Starts one, which makes what all need, such as tables and secrets, and then the others.
   * @returns what the first one announced
   * @throws WorkerFailed
   */
  async start(): Promise<string> {
    const first = await this.#startOne()
    await Promise.all(Array.from({ length: this.#options.count - 1 }, () => this.#startOne()))
    return first
  }

  /** Lets each worker finish its requests. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    const deadline = setTimeout(() => this.#kill(), this.#options.longestStop)
    await Promise.all(
      Array.from(this.#running, async (worker) => {
        const ended = once(worker, 'exit')
        if (worker.isConnected()) worker.send('stop', () => {})
        await ended
      }),
    )
    clearTimeout(deadline)
  }

  async #startOne(): Promise<string> {
    const worker = cluster.fork()
    this.#running.add(worker)
    const startTime = performance.now()
    const ready = Promise.withResolvers<string>()
    let isReady = false
    worker.on('message', (message: { ready?: unknown } | undefined) => {
      if (typeof message?.ready !== 'string') return
      isReady = true
      ready.resolve(message.ready)
    })
    // Without a listener an error of the channel, such as that of a worker which has just died, would end this process.
    worker.on('error', () => {})
    worker.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      this.#running.delete(worker)
      const ended = { code, signal }
      if (isReady && !this.#stopped.signal.aborted) this.#replace(worker, ended, performance.now() - startTime)
      ready.reject(new WorkerFailed(ended))
    })
    return ready.promise
  }

  async #replace({ id }: Worker, ended: Ended, lifetime: number): Promise<void> {
    const { warn, firstPause, mostFailures } = this.#options
    const how = `worker ${id} ended ${describe(ended)}`
    this.#failures = lifetime < soon ? this.#failures + 1 : 1
    for (;;) {
      if (this.#failures >= mostFailures) {
        this.#gaveUp.reject(new Error(`${how}, as ${mostFailures} did soon after their start`))
        return
      }
      const pause = Math.min(firstPause * 2 ** (this.#failures - 1), longestPause)
      warn(`${how}: another one starts in ${pause} ms`)
      await sleep(pause, undefined, { signal: this.#stopped.signal }).catch(() => {})
      if (this.#stopped.signal.aborted) return
      try {
        await this.#startOne()
        return
      } catch {
        if (this.#stopped.signal.aborted) return
        this.#failures++
      }
    }
  }

  #kill(): void {
    for (const worker of this.#running) worker.process.kill('SIGKILL')
  }
}

const describe = ({ code, signal }: Ended): string => (signal ? `by ${signal}` : `with code ${code}`)

/** Tells the first process that this worker is ready. */
export const announce = (line: string): void => void process.send?.({ ready: line })

/** Calls `stop` when the first process wants this worker to stop. */
export function onStopMessage(stop: () => void): void {
  if (cluster.isWorker) process.on('message', (message) => message === 'stop' && stop())
}
