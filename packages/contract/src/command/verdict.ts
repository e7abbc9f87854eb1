import type { Report } from '../rules/finding.ts'
import { applyBaseline } from './baseline.ts'

export interface Verdict {
  /** 0 no findings, 1 findings, 2 the run proves nothing. */
  code: 0 | 1 | 2
  /** What explains the code beside the findings. */
  reasons: string[]
}

/** A run without findings is no proof where next to nothing was tested. */
export function verdictOf(
  report: Report,
  { baseline, strict = false }: { baseline?: string | undefined; strict?: boolean },
): Verdict {
  const { left, stale } = applyBaseline(baseline, report.findings)
  const reasons = stale.map((line) => `The baseline accepts "${line}", which was not found: remove that line`)
  const failed = left.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'))
  if (failed || stale.length > 0) return { code: 1, reasons }
  const gap = gapOf(report)
  return gap === undefined ? { code: 0, reasons } : { code: 2, reasons: [...reasons, gap] }
}

/** Why the calls of a run prove little. Undefined where they do. */
function gapOf({ calls, answered, statuses, planned, pending }: Report): string | undefined {
  if (calls === 0) return undefined
  const count = (...wanted: number[]) => wanted.reduce((sum, status) => sum + (statuses.get(status) ?? 0), 0)
  const answers = [...statuses.values()].reduce((sum, one) => sum + one, 0)
  const limited = count(429, 503)
  if (limited > answers / 3)
    return `${limited} of ${answers} calls were answered with 429 or 503, so the check proves little: raise the limit for the tester`
  if (answered.size === 0) {
    const refused = count(401, 403)
    const hint =
      refused > answers / 2 ? `: ${refused} of ${answers} calls were answered with 401 or 403, so give --token` : ''
    return `No operation answered with 2xx, so the check proves nothing${hint}`
  }
  const unreached = [...planned].filter((id) => pending.has(id)).length
  if (unreached > planned.size / 2)
    return `The time was over before ${unreached} of ${planned.size} operations were checked: raise --max-time`
  return undefined
}
