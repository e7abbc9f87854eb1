import type { Reporter } from '../finding.ts'
import { rules } from '../rules.ts'

export const json: Reporter = (report, subject) =>
  JSON.stringify(
    {
      subject,
      seed: report.seed,
      findings: report.findings.map((finding) => ({
        ...finding,
        title: rules[finding.code].title,
        advice: rules[finding.code].advice,
      })),
      untested: report.untested,
      answered: [...report.answered],
      calls: report.calls,
    },
    null,
    2,
  )
