import type { DestinationStream } from 'pino'

/** Docker takes up to 16 KiB at once. */
const longestChunk = 16_000
const longestWait = 1_000

/**
 * Hands lines on in chunks. A stream that collects them itself measures what it holds at every line, which
 * at a full chunk costs more than the request that the line is of.
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
