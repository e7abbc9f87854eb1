import type { Reporter } from '../finding.ts'
import { type Code, rules } from '../rules.ts'

/** SARIF 2.1.0, for code scanning. */
export const sarif: Reporter = (report, subject) =>
  JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
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
          results: report.findings.map(({ code, severity, subject: place, detail, pointer }) => ({
            ruleId: code,
            level: severity,
            message: { text: `${place}: ${detail}. ${rules[code].advice}.` },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: subject } },
                logicalLocations: [{ fullyQualifiedName: pointer ?? place }],
              },
            ],
          })),
        },
      ],
    },
    null,
    2,
  )
