import { mock } from 'node:test'

export interface Printed<Code> {
  code: Code
  /** What was written to the console, errors too. */
  output: string
}

/** Runs a command in this process, for tests: to start a process for each takes longer than what most commands do. */
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
