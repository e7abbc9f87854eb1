import { Worker } from 'node:worker_threads'
import { Problem } from '@reference-plugins/core'
import type { ParameterizedContext } from 'koa'
import pLimit from 'p-limit'
import { longestUpload, tooMuch } from './budget.ts'
import type { FoundNote } from './note-reader.ts'
import type { WorkerAnswer, WorkerTask } from './note-worker.ts'

const mostUploads = 8
const mostOfOneUser = 4
const longestTime = 20_000
const mostMegabytes = 256

/**
 * Reads uploads of Markdown files and zip archives of them. Bodies are kept in memory, few at the same time, and read one
 * after another by a worker with limits of memory and time, so that no upload slows down other calls.
 */
export class UploadQueue {
  readonly #longestNote: number
  readonly #uploads = new Map<string, number>()
  readonly #oneByOne = pLimit(1)

  /** @param longestNote in characters */
  constructor(longestNote: number) {
    this.#longestNote = longestNote
  }

  /**
   * @param use what to do with the notes before the next upload is read
   * @throws Problem 400, 413, 415, 422, 429 or 503
   */
  async read<Result>(
    ctx: ParameterizedContext,
    owner: string,
    use: (found: FoundNote[]) => Promise<Result>,
  ): Promise<Result> {
    const own = this.#uploads.get(owner) ?? 0
    const all = [...this.#uploads.values()].reduce((sum, count) => sum + count, 0)
    if (own >= mostOfOneUser) throw busy(429, 'Wait for your other uploads before you send this one again')
    if (all >= mostUploads) throw busy(503, 'Too many uploads are being read: send yours again in a few seconds')
    this.#uploads.set(owner, own + 1)
    try {
      const body = await readBody(ctx)
      const contentType = ctx.get('content-type')
      return await this.#oneByOne(async () => {
        if (ctx.res.destroyed) throw new Problem(400, 'The connection was closed: send the upload again')
        return use(await readInWorker({ body, contentType, longestNote: this.#longestNote }))
      })
    } finally {
      const left = (this.#uploads.get(owner) ?? 1) - 1
      if (left > 0) this.#uploads.set(owner, left)
      else this.#uploads.delete(owner)
    }
  }
}

const busy = (status: number, detail: string): Problem =>
  new Problem(status, detail, { headers: { 'retry-after': '5', connection: 'close' } })

async function readBody(ctx: ParameterizedContext): Promise<Uint8Array<ArrayBuffer>> {
  if (!ctx.is('multipart/form-data'))
    throw new Problem(415, 'Send the files as multipart/form-data, for example with curl -F file=@note.md')
  if (!/^(identity)?$/i.test(ctx.get('content-encoding')))
    throw new Problem(415, 'Send the upload without a Content-Encoding', { headers: { connection: 'close' } })
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > longestUpload) throw new Problem(413, tooMuch, { headers: { connection: 'close' } })
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(400, 'The upload ended too early: send it again', { headers: { connection: 'close' } })
  }
  const body = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}

function readInWorker(task: WorkerTask & { body: Uint8Array<ArrayBuffer> }): Promise<FoundNote[]> {
  const worker = new Worker(new URL('./note-worker.ts', import.meta.url), {
    workerData: task,
    transferList: [task.body.buffer],
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    // An upload must not see the environment of the server.
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  let timer: NodeJS.Timeout | undefined
  return new Promise<FoundNote[]>((resolve, reject) => {
    const refuse = (what: string) =>
      reject(new Problem(422, `The upload takes too much ${what} to read: send it in parts`))
    timer = setTimeout(() => refuse('time'), longestTime)
    worker.once('message', (answer: WorkerAnswer) =>
      'refused' in answer ? reject(new Problem(answer.status, answer.refused)) : resolve(answer.found),
    )
    worker.once('error', (error: Error & { code?: string }) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? refuse('memory') : reject(error),
    )
    worker.once('exit', () => refuse('memory'))
  }).finally(() => {
    clearTimeout(timer)
    return worker.terminate()
  })
}
