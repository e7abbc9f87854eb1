import { parentPort } from 'node:worker_threads'
import { readFeedDocument } from './feed-document.ts'
import { FeedError } from './feed-error.ts'
import type { WorkerAnswer, WorkerQuestion } from './feed-reader.ts'

parentPort?.on('message', ({ body, contentType, url, now }: WorkerQuestion) => {
  let answer: WorkerAnswer
  try {
    answer = { document: readFeedDocument(Buffer.from(body), contentType, url, now) }
  } catch (error) {
    if (!(error instanceof FeedError)) throw error
    answer = { refused: error.message, advice: error.advice }
  }
  parentPort?.postMessage(answer)
})
parentPort?.postMessage('ready')
