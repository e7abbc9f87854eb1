import { parentPort, workerData } from 'node:worker_threads'
import { UploadRefused } from './budget.ts'
import { readForm } from './form.ts'
import { type FoundNote, readNotes } from './note-reader.ts'

/** What the worker gets: a body of multipart/form-data. */
export interface WorkerTask {
  body: Uint8Array
  contentType: string
  longestNote: number
}

/** What the worker returns. */
export type WorkerAnswer = { found: FoundNote[] } | { status: UploadRefused['status']; refused: string }

const { body, contentType, longestNote } = workerData as WorkerTask
let answer: WorkerAnswer
try {
  answer = { found: await readNotes(await readForm(Buffer.from(body.buffer), contentType), longestNote) }
} catch (error) {
  if (!(error instanceof UploadRefused)) throw error
  answer = { status: error.status, refused: error.message }
}
parentPort?.postMessage(answer)
