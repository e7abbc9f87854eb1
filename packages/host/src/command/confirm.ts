import { createInterface } from 'node:readline/promises'
import { visibleLine } from '../conversation/visible-text.ts'
import type { Fact } from '../wire.ts'
import { type Terminal, UsageError } from './command-context.ts'

/** Asks the user to confirm. @throws UsageError if the input is not a terminal */
export async function confirm({ stdin, stdout }: Terminal, question: string): Promise<boolean> {
  if (!stdin.isTTY) throw new UsageError(`${question} The input is not a terminal: add --yes to confirm`)
  const lines = createInterface({ input: stdin, output: stdout })
  try {
    return isYes(await lines.question(`${question} [y/N] `))
  } finally {
    lines.close()
  }
}

/** What a plugin asks before a call, as lines. */
export const questionLines = (title: string, question: string, facts: readonly Fact[] = []): string[] => [
  visibleLine(`${title} asks: `) + question,
  ...facts.map(({ label, value }) => `  ${label === '' ? value : `${label}: ${value}`}`),
]

export const isYes = (answer: string): boolean => /^y(es)?$/i.test(answer.trim())
