import type { Finding } from '../rules/finding.ts'
import type { Code } from '../rules/rules.ts'

/** Findings that have one cause, such as a middleware that all operations share. */
export interface Cause extends Finding {
  /** The other subjects that show it. */
  others: string[]
  /** Rules that are broken at the same subjects, and may be so only because of this. */
  follows: Code[]
}

/** What may only follow from another finding about the same subject. */
const consequences: Partial<Record<Code, readonly string[]>> = {
  'manifest-not-json': ['document-type'],
  'spec-not-readable': ['document-type', 'spec-structure'],
  'spec-version': ['spec-structure'],
  'answer-not-json': ['answer-type', 'created-not-found'],
  'server-error': ['refusal-undeclared', 'status-undeclared', 'answer-type', 'answer-not-json'],
  'auth-open': [
    'auth-any-token',
    'auth-lenient',
    'auth-place',
    'auth-status',
    'scope-ignored',
    'user-leak',
    'user-shared',
  ],
  'auth-any-token': ['auth-lenient', 'auth-place', 'auth-status', 'scope-ignored', 'user-leak', 'user-shared'],
}

/** One for each rule and each way to break it, with the finding that is the shortest to repeat. The order stays. */
export function causesOf(findings: readonly Finding[]): Cause[] {
  const first = findings.filter((one) => !findings.some((other) => leadsTo(other, one)))
  const groups = Map.groupBy(first, ({ code, detail }) => `${code} ${kindOf(detail)}`)
  return [...groups.values()].map((group) => {
    const shortest = group.reduce((best, one) => ((one.curl?.length ?? 0) < (best.curl?.length ?? 0) ? one : best))
    const others = new Set(group.map(({ subject }) => subject).filter((subject) => subject !== shortest.subject))
    const follows = findings.filter((one) => group.some((other) => leadsTo(other, one))).map(({ code }) => code)
    return {
      ...shortest,
      count: group.reduce((sum, { count }) => sum + count, 0),
      others: [...others],
      follows: [...new Set(follows)],
    }
  })
}

const leadsTo = (one: Finding, other: Finding): boolean =>
  one.subject === other.subject && (consequences[one.code]?.includes(other.code) ?? false)

/** What is wrong, without the values that were sent or seen and without the way to the member. */
function kindOf(detail: string): string {
  if (detail.includes('://')) return detail
  return detail
    .replace(/, .*?(?=(?:, and)? is answered)/, '')
    .replace(/, and .* with 2xx$/, '')
    .replace(/ and is .*$/, '')
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/the value|(?:\/[^\s/]+)*\/\d+(?=\s)/g, '')
    .replaceAll(/(?:\/[^\s/]+)*\/([^\s/]+)/g, '$1')
    .replaceAll(/\d+/g, '0')
    .replaceAll(/\s+/g, ' ')
}

export const placeOf = ({ pointer, line, subject }: Finding): string =>
  [pointer, line !== undefined && `line ${line} of the ${subject === 'manifest' ? 'manifest' : 'spec'}`]
    .filter(Boolean)
    .join(', ')

/** What should be answered and what is, one below the other. */
export const comparisonOf = ({ expected, seen }: Finding): string[] => [
  ...(expected === undefined ? [] : [`Expected: ${expected}`]),
  ...(seen === undefined ? [] : [`Seen:     ${seen}`]),
]

/** What accepts these findings, as lines of a baseline file. */
export const baselineOf = ({ code, subject, others = [] }: Finding & { others?: string[] }): string[] =>
  [subject, ...others].map((one) => `${code} ${one}`)
