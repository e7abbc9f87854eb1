import cluster from 'node:cluster'
import type { DestinationStream } from 'pino'

/** Docker reads at most 16 KiB at once. Of what several processes write to one pipe, Linux keeps 4 KiB together. */
const longestChunk = cluster.isWorker ? 4_096 : 16_000
const longestWait = 1_000

/**
 * Passes lines on in chunks. A stream that buffers by itself measures its buffer at every line, which costs more than
 * the request when a chunk is nearly full.
 */
export class LogLines implements DestinationStream {
  readonly #destination: DestinationStream
  #chunk = ''

  constructor(destination: DestinationStream) {
    this.#destination = destination
    setInterval(() => this.flush(), longestWait).unref()
  }

  write(line: string): void {
    if (this.#chunk.length + line.length > longestChunk) this.flush()
    this.#chunk += line
  }

  flush(): void {
    if (this.#chunk === '') return
    const chunk = this.#chunk
    this.#chunk = ''
    this.#destination.write(chunk)
  }
}
