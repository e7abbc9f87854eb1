import type { Judged, Reporter } from '../rules/finding.ts'
import { rules } from '../rules/rules.ts'
import { causesOf, comparisonOf } from './causes.ts'

const escapeText = (value: string): string =>
  value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (value: string): string => escapeText(value).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** Annotations of a GitHub workflow: at the line of the spec, where `--spec-file` names its file in the repository. */
export const github: Reporter = (judged) => judged.map(annotationsOf).join('\n')

function annotationsOf({ name, report, specFile }: Judged): string {
  return [
    ...causesOf(report.findings).map((cause) => {
      const { code, severity, subject, detail, line, others, curl } = cause
      const command = severity === 'note' ? 'notice' : severity
      const place =
        specFile && subject !== 'manifest' ? [`file=${escapeProperty(specFile)}`, line && `line=${line}`] : []
      const title = `title=${escapeProperty(`${code}: ${rules[code].title}`)}`
      const also = others.length > 0 ? ` Also: ${others.join(', ')}.` : ''
      const says = `${name} ${subject}: ${detail}. ${rules[code].advice}.${also}`
      const text = [says, ...comparisonOf(cause), ...(curl ? [curl] : [])].join('\n')
      return `::${command} ${[...place, title].filter(Boolean).join(',')}::${escapeText(text)}`
    }),
    ...report.untested.map(
      ({ subject, what, reason }) =>
        `::notice title=untested::${escapeText(`${name} ${subject}: ${what}, because ${reason}`)}`,
    ),
  ].join('\n')
}
