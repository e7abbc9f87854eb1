import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

/** A shell command with processes of its own, in a process group of its own. */
export class Command {
  readonly #process
  #output = ''

  constructor(command: string, cwd: string, environment: Record<string, string> = {}) {
    const env = { ...process.env, ...environment }
    this.#process = spawn('bash', ['-c', command], { cwd, detached: true, env })
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream.on('data', (chunk) => {
        this.#output += chunk
      })
  }

  /** Waits until the output has `count` matches. */
  async waitFor(pattern: RegExp, count: number, limit: number): Promise<void> {
    const end = performance.now() + limit
    while ((this.#output.match(pattern)?.length ?? 0) < count) {
      const { exitCode } = this.#process
      assert.ok(exitCode === null && performance.now() < end, `no ${pattern} in ${limit} ms:\n${this.#output}`)
      await sleep(50)
    }
  }

  /** Sends SIGINT to the process group, as a terminal does on Ctrl-C, and waits for the end of it. */
  async interrupt(limit: number): Promise<void> {
    if (this.#signal('SIGINT')) await once(this.#process, 'close', { signal: AbortSignal.timeout(limit) })
  }

  async end(): Promise<void> {
    await this.interrupt(20_000).catch(() => this.#signal('SIGKILL'))
  }

  #signal(signal: NodeJS.Signals): boolean {
    const { pid, exitCode, signalCode } = this.#process
    return pid !== undefined && exitCode === null && signalCode === null && process.kill(-pid, signal)
  }
}
