import { parentPort } from 'node:worker_threads'
import { openDatabase } from '../src/index.ts'

interface Job {
  url: string
  gate: Int32Array
  workers: number
}

/** Opens each database at the same moment as the other workers, and reports the result. */
parentPort?.on('message', async ({ url, gate, workers }: Job) => {
  Atomics.add(gate, 0, 1)
  while (Atomics.load(gate, 0) < workers);
  try {
    await (await openDatabase(url, { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' })).close()
    parentPort?.postMessage('opened')
  } catch (error) {
    parentPort?.postMessage(String(error))
  }
})
