import type { Judged, Reporter } from '../rules/finding.ts'
import { rules } from '../rules/rules.ts'
import { baselineOf, causesOf, placeOf } from './causes.ts'

const cell = (text: string): string =>
  text
    .replaceAll(/[\\`*_<>[\]]/g, '\\$&')
    .replaceAll('|', '\\|')
    .replaceAll(/\s+/g, ' ')

/** The summary of a job on GitHub. */
export const markdown: Reporter = (judged) => `${judged.map(sectionOf).join('\n\n')}\n`

function sectionOf({ name, report }: Judged): string {
  const causes = causesOf(report.findings)
  const rows = causes.map(
    ({ code, severity, subject, detail, others }) =>
      `| ${severity} | ${code} | ${cell([subject, ...others].join(', '))} | ${cell(detail)} |`,
  )
  const details = causes
    .filter(({ severity }) => severity !== 'note')
    .map((cause) => {
      const { code, subject, expected, seen, curl } = cause
      const fence = (text: string) => `\n\n\`\`\`\`\n${text}\n\`\`\`\``
      const repeat = curl === undefined ? '' : `\n\nRepeat:${fence(curl.slice(0, 20_000))}`
      const sides = [expected, seen].map((side) => cell(side ?? ''))
      const saw =
        expected === undefined && seen === undefined
          ? ''
          : `\n\n| expected | seen |\n| --- | --- |\n| ${sides.join(' | ')} |`
      const place = placeOf(cause) ? ` At ${cell(placeOf(cause))}.` : ''
      const accept = `\n\nAccept it with these lines of a baseline:${fence(baselineOf(cause).join('\n'))}`
      return `<details><summary>${code}: ${cell(subject)}</summary>\n\n${rules[code].title}. ${rules[code].advice}.${place}${saw}${repeat}${accept}\n\n</details>`
    })
  const untested = report.untested.map(
    ({ subject, what, reason }) => `- ${cell(subject)}: ${cell(what)}, because ${cell(reason)}`,
  )
  return [
    `## Contract of ${cell(name)}`,
    causes.length === 0
      ? `No findings in ${report.calls} calls.`
      : ['| severity | rule | where | what |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    ...details,
    ...(untested.length > 0 ? [`### Untested\n\n${untested.join('\n')}`] : []),
  ].join('\n\n')
}
