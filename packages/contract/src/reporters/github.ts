import type { Reporter } from '../finding.ts'
import { rules } from '../rules.ts'

const escapeText = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** Annotations of a GitHub workflow. */
export const github: Reporter = (report, subject) =>
  [
    ...report.findings.map(({ code, severity, subject: place, detail }) => {
      const command = severity === 'note' ? 'notice' : severity
      return `::${command} title=${escapeText(`${code}: ${rules[code].title}`)}::${escapeText(`${subject} ${place}: ${detail}. ${rules[code].advice}.`)}`
    }),
    ...report.untested.map(
      ({ subject: place, what, reason }) =>
        `::notice title=untested::${escapeText(`${subject} ${place}: ${what}, because ${reason}`)}`,
    ),
  ].join('\n')
