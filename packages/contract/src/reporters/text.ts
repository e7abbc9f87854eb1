import { styleText } from 'node:util'
import type { Judged, Reporter } from '../rules/finding.ts'
import { rules, type Severity } from '../rules/rules.ts'
import { baselineOf, type Cause, causesOf, placeOf } from './causes.ts'

const colours: Record<Severity, 'red' | 'yellow' | 'cyan'> = { error: 'red', warning: 'yellow', note: 'cyan' }
const longestCommand = 4_000
const mostSubjects = 8

/** For a terminal. */
export const text: Reporter = (judged) => judged.map(textOf).join('\n')

function textOf({ name, report }: Judged): string {
  const causes = causesOf(report.findings)
  const lines = causes.flatMap(linesOf)
  for (const { subject, what, reason } of report.untested)
    lines.push(`${styleText('cyan', 'untested')} ${subject}: ${what}, because ${reason}`)
  const count = (severity: Severity) => causes.filter((one) => one.severity === severity).length
  const notes = count('note') > 0 ? `, ${count('note')} notes` : ''
  const mode = report.isPlugin ? '' : ', by its spec alone'
  const seed = report.seed === undefined ? '' : `, seed ${report.seed}`
  return [
    ...lines,
    `${name}${mode}: ${count('error')} errors, ${count('warning')} warnings${notes}, ${report.untested.length} untested; ${report.answered.size} operations answered, ${report.calls} calls${seed}`,
  ].join('\n')
}

function linesOf(cause: Cause): string[] {
  const { code, severity, subject, detail, expected, seen, curl, count, others, follows } = cause
  const also = others.length > 0 ? `\n      also      ${shortList(others)}` : ''
  const more = count > 1 + others.length ? ` (${count} cases)` : ''
  const part = (title: string, value: string | undefined) => (value ? [`      ${title.padEnd(10)}${value}`] : [])
  return [
    `${styleText(colours[severity], severity)} ${code}  ${styleText('bold', subject)}: ${detail}${more}${also}`,
    ...part('wrong', rules[code].title),
    ...part('expected', expected),
    ...part('seen', seen),
    ...part('repair', rules[code].advice),
    ...part('place', placeOf(cause) && `at ${placeOf(cause)}`),
    ...part('repeat', shortCommand(curl)),
    ...part('hides', follows.length > 0 ? `${follows.join(', ')}: check again after the repair` : undefined),
    ...part(
      'accept',
      `${baselineOf(cause)[0]}  # reason, in the file of --baseline${others.length > 0 ? ', one line for each' : ''}`,
    ),
    ...part('explain', `contract --explain ${code}`),
  ]
}

const shortList = (names: readonly string[]): string =>
  names.length > mostSubjects
    ? `${names.slice(0, mostSubjects).join(', ')} and ${names.length - mostSubjects} more`
    : names.join(', ')

/** A command that is cut would not repeat the call. */
const shortCommand = (curl: string | undefined): string | undefined =>
  curl !== undefined && curl.length > longestCommand
    ? `a command of ${curl.length} characters: --reporter json shows it`
    : curl
