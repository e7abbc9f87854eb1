import type { Judged, Reporter } from '../rules/finding.ts'
import { type Code, rules } from '../rules/rules.ts'
import { comparisonOf } from './causes.ts'

const escapeText = (value: string): string =>
  value
    .replaceAll(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** One test suite for each server, with one test case for each rule, which fails by errors and warnings. */
export const junit: Reporter = (judged) => {
  const suites = judged.map(suiteOf).join('\n')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${judged.length === 1 ? suites : `<testsuites>\n${suites}\n</testsuites>`}`
}

function suiteOf({ name: subject, report }: Judged): string {
  const codes = Object.keys(rules) as Code[]
  const cases = codes.map((code) => {
    const found = report.findings.filter((finding) => finding.code === code && finding.severity !== 'note')
    const failures = found.map(
      (one) =>
        `<failure message="${escapeText(`${one.subject}: ${one.detail}`)}">${escapeText([...comparisonOf(one), rules[code].advice, one.curl ?? ''].join('\n'))}</failure>`,
    )
    return `<testcase classname="${escapeText(subject)}" name="${escapeText(`${code}: ${rules[code].title}`)}">${failures.join('')}</testcase>`
  })
  const skipped = report.untested.map(
    (one) =>
      `<testcase classname="${escapeText(subject)}" name="${escapeText(`${one.subject}: ${one.what}`)}"><skipped message="${escapeText(one.reason)}"/></testcase>`,
  )
  const failed = new Set(report.findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code)).size
  return `<testsuite name="contract" tests="${codes.length + skipped.length}" failures="${failed}" skipped="${skipped.length}">\n${[...cases, ...skipped].join('\n')}\n</testsuite>`
}
