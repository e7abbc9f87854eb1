import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../src/index.ts'

/** Opens the database in the same moment as the other workers, and says what came of it. */
const { url, gate, workers } = workerData as { url: string; gate: Int32Array; workers: number }
Atomics.add(gate, 0, 1)
while (Atomics.load(gate, 0) < workers);
try {
  await (await openDatabase(url, { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' })).close()
  parentPort?.postMessage('opened')
} catch (error) {
  parentPort?.postMessage(String(error))
}
