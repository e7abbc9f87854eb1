import { parentPort, workerData } from 'node:worker_threads'
import { Client } from 'pg'

interface Job {
  state: Int32Array
  statements: string[]
}

/** Runs statements on the server at `workerData`, while the main thread waits for `state` to change. */
parentPort?.on('message', async ({ state, statements }: Job) => {
  const client = new Client({ connectionString: workerData })
  try {
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
    state[0] = 1
  } catch (error) {
    console.error(error)
    state[0] = 2
  }
  Atomics.notify(state, 0)
})
