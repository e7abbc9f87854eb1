import type { DestinationStream } from 'pino'

/** Docker reads at most 16 KiB at once. */
const longestChunk = 16_000
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
    this.#chunk += line
    if (this.#chunk.length > longestChunk) this.flush()
  }

  flush(): void {
    if (this.#chunk === '') return
    const chunk = this.#chunk
    this.#chunk = ''
    this.#destination.write(chunk)
  }
}
