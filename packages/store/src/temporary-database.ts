import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

let worker: Worker | undefined
const created: string[] = []

/**
 * Creates a database on the Postgres server at `server`, and returns its URL. It is dropped at exit.
 * The caller waits, so that a test can use it as simply as a file; a thread does the work.
 */
export function createPostgresDatabase(server: string): string {
  const name = `temporary_${process.pid}_${randomBytes(6).toString('hex')}`
  if (created.length === 0)
    process.on('exit', () => {
      // A plugin keeps secrets for development here.
      for (const one of created) rmSync(join('.data', one), { recursive: true, force: true })
      perform(
        server,
        created.map((one) => `DROP DATABASE IF EXISTS ${one} WITH (FORCE)`),
      )
    })
  perform(server, [`CREATE DATABASE ${name}`])
  created.push(name)
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

function perform(server: string, statements: string[]): void {
  if (!worker) {
    worker = new Worker(new URL('./temporary-database-worker.ts', import.meta.url), { workerData: server })
    worker.unref()
  }
  // 0 while the thread works, 1 when it has succeeded, 2 when it has failed.
  const state = new Int32Array(new SharedArrayBuffer(4))
  worker.postMessage({ state, statements })
  Atomics.wait(state, 0, 0, 60_000)
  if (state[0] !== 1) throw new Error(`POSTGRES=${server}: ${statements[0]} failed`)
}
