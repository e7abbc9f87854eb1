import type { Finding } from '../finding.ts'

/** Findings that have one cause, such as a middleware that all operations share. */
export interface Cause extends Finding {
  /** The other subjects that show it. */
  others: string[]
}

/** One for each rule and each way to break it, with the finding that is the shortest to repeat. The order stays. */
export function causesOf(findings: readonly Finding[]): Cause[] {
  const groups = Map.groupBy(findings, ({ code, detail }) => `${code} ${detail.replaceAll(/\d+/g, '0')}`)
  return [...groups.values()].map((group) => {
    const shortest = group.reduce((best, one) => ((one.curl?.length ?? 0) < (best.curl?.length ?? 0) ? one : best))
    const others = new Set(group.map(({ subject }) => subject).filter((subject) => subject !== shortest.subject))
    return { ...shortest, count: group.reduce((sum, { count }) => sum + count, 0), others: [...others] }
  })
}

export const placeOf = ({ pointer, line, subject }: Finding): string =>
  [pointer, line !== undefined && `line ${line} of the ${subject === 'manifest' ? 'manifest' : 'spec'}`]
    .filter(Boolean)
    .join(', ')

/** What accepts these findings, as lines of a baseline file. */
export const baselineOf = ({ code, subject, others }: Cause): string[] =>
  [subject, ...others].map((one) => `${code} ${one}`)
