import { mock } from 'node:test'

export interface Printed<Code> {
  code: Code
  /** What was written to the console, with console.error included. */
  output: string
}

/** Runs a command in this process: starting a process takes longer than most commands. */
export async function runPrinted<Code>(
  main: (words: string[]) => Promise<Code>,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Printed<Code>> {
  const lines: string[] = []
  const print = (line: unknown) => lines.push(String(line))
  const mocks = [mock.method(console, 'log', print), mock.method(console, 'error', print)]
  const before = process.env
  process.env = { ...before, ...environment }
  try {
    return { code: await main([...words]), output: lines.join('\n') }
  } finally {
    process.env = before
    for (const one of mocks) one.mock.restore()
  }
}
