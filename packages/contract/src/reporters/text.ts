import { styleText } from 'node:util'
import type { Reporter } from '../finding.ts'
import { rules, type Severity } from '../rules.ts'

const colours: Record<Severity, 'red' | 'yellow' | 'cyan'> = { error: 'red', warning: 'yellow', note: 'cyan' }

/** For a terminal. */
export const text: Reporter = (report, subject) => {
  const lines: string[] = []
  for (const { code, severity, subject, detail, pointer, curl, count } of report.findings) {
    lines.push(
      `${styleText(colours[severity], severity)} ${code}  ${styleText('bold', subject)}: ${detail}${count > 1 ? ` (and ${count - 1} more)` : ''}`,
    )
    lines.push(`      ${rules[code].title}. ${rules[code].advice}. See docs/contract-rules.md#${code}`)
    if (pointer) lines.push(`      at ${pointer}`)
    if (curl) lines.push(`      ${curl.length > 400 ? `${curl.slice(0, 400)}…` : curl}`)
  }
  for (const { subject, what, reason } of report.untested)
    lines.push(`${styleText('cyan', 'untested')} ${subject}: ${what}, because ${reason}`)
  const count = (severity: Severity) => report.findings.filter((one) => one.severity === severity).length
  lines.push(
    `${subject}: ${count('error')} errors, ${count('warning')} warnings, ${report.untested.length} untested; ${report.answered.size} operations answered, ${report.calls} calls${report.seed === undefined ? '' : `, seed ${report.seed}`}`,
  )
  return lines.join('\n')
}
