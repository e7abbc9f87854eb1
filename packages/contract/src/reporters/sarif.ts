import type { Finding, Judged, Reporter } from '../rules/finding.ts'
import { type Code, rules } from '../rules/rules.ts'
import { comparisonOf } from './causes.ts'

/** SARIF 2.1.0, for code scanning, with one run for each server. */
export const sarif: Reporter = (judged) =>
  JSON.stringify(
    { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: judged.map(runOf) },
    null,
    2,
  )

const runOf = ({ name, report, specFile = name }: Judged) => ({
  tool: {
    driver: {
      name: 'reference-plugins-contract',
      rules: (Object.keys(rules) as Code[]).map((id) => ({
        id,
        shortDescription: { text: rules[id].title },
        help: { text: rules[id].advice },
        defaultConfiguration: { level: rules[id].severity },
      })),
    },
  },
  automationDetails: { id: `contract/${name}` },
  results: report.findings.map((finding) => resultOf(finding, specFile)),
})

const resultOf = (finding: Finding, uri: string) => {
  const { code, severity, subject, detail, pointer, line, curl } = finding
  const says = `${subject}: ${detail}. ${rules[code].advice}.`
  return {
    ruleId: code,
    level: severity,
    message: { text: [says, ...comparisonOf(finding), ...(curl ? [curl] : [])].join('\n') },
    // A later run shows the same result, though its line moved.
    partialFingerprints: { finding: `${code} ${subject} ${pointer ?? ''}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, ...(line !== undefined && { region: { startLine: line } }) },
        logicalLocations: [{ fullyQualifiedName: pointer ?? subject }],
      },
    ],
  }
}
