import { diffLines } from 'diff'
import type { Difference } from '../wire.ts'
import type { ReadTexts } from './plugins.ts'

const mostLines = 2_000

/** What has changed since a plugin was approved, line by line. */
export function differenceOf(before: ReadTexts, after: ReadTexts): Difference[] {
  const found: Difference[] = []
  for (const document of ['manifest', 'spec'] as const) {
    const [old = '', current = ''] = [before[document], after[document]]
    if (old === current) continue
    // A comparison of two long, different texts can take minutes.
    const parts = diffLines(old, current, { timeout: 1_000, maxEditLength: 5_000 }) ?? [
      { value: old, added: false, removed: true },
      { value: current, added: true, removed: false },
    ]
    const lines = parts.flatMap(({ value, added, removed }) =>
      value
        .replace(/\n$/, '')
        .split('\n')
        .map((text) => ({
          kind: added ? ('added' as const) : removed ? ('removed' as const) : ('same' as const),
          text,
        })),
    )
    found.push({ document, lines: nearChanges(lines).slice(0, mostLines) })
  }
  return found
}

/** The changed lines, and three lines around each. */
function nearChanges(lines: Difference['lines']): Difference['lines'] {
  const near = new Set<number>()
  lines.forEach(({ kind }, index) => {
    if (kind !== 'same') for (let at = index - 3; at <= index + 3; at++) near.add(at)
  })
  return lines.filter((_, index) => near.has(index))
}
