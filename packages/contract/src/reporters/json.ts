import type { Judged, Reporter } from '../rules/finding.ts'
import { rules } from '../rules/rules.ts'
import { baselineOf } from './causes.ts'

/** One object for one server, and an array for several. */
export const json: Reporter = (judged) => {
  const all = judged.map(objectOf)
  return JSON.stringify(all.length === 1 ? all[0] : all, null, 2)
}

const objectOf = ({ name, report }: Judged) => ({
  subject: name,
  isPlugin: report.isPlugin,
  seed: report.seed,
  findings: report.findings.map((finding) => ({
    ...finding,
    title: rules[finding.code].title,
    advice: rules[finding.code].advice,
    baseline: baselineOf(finding)[0],
  })),
  untested: report.untested,
  answered: [...report.answered],
  statuses: Object.fromEntries(report.statuses),
  calls: report.calls,
})
