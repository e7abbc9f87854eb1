import { Worker } from 'node:worker_threads'
import pLimit from 'p-limit'
import type { FeedDocument } from './feed-document.ts'
import { FeedError } from './feed-error.ts'

const atOnce = 2
const mostMegabytes = 256
const smaller = 'Follow a smaller feed of the same site'

export interface WorkerQuestion {
  body: Uint8Array
  contentType: string
  url: string
  now: Date
}

export type WorkerAnswer = { document: FeedDocument } | { refused: string; advice: string }

/**
 * Reads feeds in worker threads, at most two at a time, because a feed from a stranger may be made to be slow. A worker
 * that takes too long or needs over 256 MB ends, and only its feed fails.
 */
export class FeedReader {
  readonly #longest: number
  readonly #limit = pLimit(atOnce)
  readonly #workers = new Set<Worker>()
  #idle: Worker[] = []
  #isClosed = false

  /** @param longest the time limit for one feed, in milliseconds */
  constructor(longest = 5_000) {
    this.#longest = longest
  }

  /** @throws FeedError if it is not a feed, or cannot be read within the limits */
  read(question: WorkerQuestion): Promise<FeedDocument> {
    return this.#limit(async () => {
      const worker = this.#idle.pop() ?? (await this.#start())
      const answer = await this.#ask(worker, question)
      this.#idle.push(worker)
      if ('refused' in answer) throw new FeedError(answer.refused, answer.advice)
      return answer.document
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#workers].map((worker) => worker.terminate()))
  }

  async #start(): Promise<Worker> {
    if (this.#isClosed) throw new FeedError('the service is stopping')
    const worker = new Worker(new URL('./feed-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
      // A feed must not see the environment of the plugin.
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    this.#workers.add(worker)
    worker.on('error', () => {})
    worker.once('exit', () => {
      this.#workers.delete(worker)
      this.#idle = this.#idle.filter((one) => one !== worker)
    })
    await nextMessage(worker)
    // An idle worker must not keep the process alive.
    worker.unref()
    return worker
  }

  async #ask(worker: Worker, question: WorkerQuestion): Promise<WorkerAnswer> {
    const tooSlow = () => new FeedError(`this feed takes more than ${this.#longest / 1000} seconds to read`, smaller)
    const timer = Promise.withResolvers<never>()
    const timeout = setTimeout(() => timer.reject(tooSlow()), this.#longest)
    worker.postMessage(question)
    try {
      return await Promise.race([nextMessage<WorkerAnswer>(worker), timer.promise])
    } catch (error) {
      await worker.terminate()
      throw error
    } finally {
      clearTimeout(timeout)
    }
  }
}

/** A worker that ends instead needed too much memory. */
function nextMessage<Message>(worker: Worker): Promise<Message> {
  const { promise, resolve, reject } = Promise.withResolvers<Message>()
  const fail = () => reject(new FeedError('this feed takes too much memory to read', smaller))
  worker.once('message', resolve).once('exit', fail)
  return promise.finally(() => worker.off('message', resolve).off('exit', fail))
}
