import type { Report } from '../rules/finding.ts'

const pause = 10_000

/** Says on standard error where a run is: all the time on a terminal, and else every ten seconds. */
export class Progress {
  readonly #name: string
  readonly #begun = performance.now()
  readonly #timer: NodeJS.Timeout | undefined
  #line = ''

  constructor(name: string, write: (line: string) => void) {
    this.#name = name
    if (!process.stderr.isTTY) this.#timer = setInterval(() => this.#line && write(this.#line), pause).unref()
  }

  show(what: string, { calls, found }: Report): void {
    const seconds = Math.round((performance.now() - this.#begun) / 1000)
    this.#line = `${this.#name}: ${seconds} s, ${calls} calls, ${found} findings, now ${what}`
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${this.#line.slice(0, process.stderr.columns - 1)}`)
  }

  end(): void {
    clearInterval(this.#timer)
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  }
}
