import { parentPort, workerData } from 'node:worker_threads'
import { DocumentRefused } from '../text/document-refused.ts'
import { readSpecNow, type WorkerAnswer } from './spec.ts'

const { text, url, manifestUrl } = workerData as { text: string; url: string; manifestUrl: string | undefined }
let answer: WorkerAnswer
try {
  answer = readSpecNow(text, url, manifestUrl)
} catch (error) {
  if (!(error instanceof DocumentRefused)) throw error
  answer = { refused: error.message, at: error.at }
}
parentPort?.postMessage(answer)
