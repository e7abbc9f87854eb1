import type { Host } from '../host.ts'

/** Where a command reads and writes: the process, or a test. */
export type Terminal = {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean }
  stdout: NodeJS.WritableStream & { isTTY?: boolean }
  stderr: NodeJS.WritableStream
  env: NodeJS.ProcessEnv
}

export interface CommandContext {
  host: Host
  user: string
  terminal: Terminal
  /** Prints a line. */
  print: (line: string) => void
}

/** The command cannot run as it was typed. The message says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
