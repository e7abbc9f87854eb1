import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** Starts a process that writes `count` rows, see writer-process.ts. */
export const startWriter = (url: string, name: string, count: number, hold = 0): ChildProcess =>
  spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'writer-process.ts'),
      url,
      name,
      String(count),
      String(hold),
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
