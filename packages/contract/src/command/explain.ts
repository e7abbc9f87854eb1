import { explanations } from '../rules/explanations.ts'
import { type Code, rules } from '../rules/rules.ts'

/**
 * Explains rules by their codes, or lists all.
 * @throws Error where a code is unknown
 */
export function explain(codes: readonly string[]): string {
  if (codes.length > 0) return codes.map(explainOne).join('\n\n')
  const all = Object.entries(rules)
  return all.map(([code, { severity, title }]) => `${severity.padEnd(8)} ${code.padEnd(26)} ${title}`).join('\n')
}

function explainOne(code: string): string {
  if (!Object.hasOwn(rules, code)) throw new Error(`${code} is not a rule: contract --explain lists all`)
  const { severity, title, advice } = rules[code as Code]
  const { why, example, source } = explanationOf(code as Code)
  return [
    `${code} (${severity})`,
    `What     ${title}.`,
    `Why      ${why}`,
    ...(example === undefined ? [] : [`Example  ${example}`]),
    `Repair   ${advice}.`,
    `Accept   ${code} SUBJECT  # reason, in the file of --baseline`,
    `Source   ${source}`,
  ].join('\n')
}

/** A rule without words of its own shares those of its group. */
function explanationOf(code: Code) {
  const [group = ''] = code.split('-')
  const found = { ...explanations[group], ...explanations[code] }
  const {
    why = 'Some assistants fail here, or a user may lose data.',
    source = 'docs/contract-rules.md',
    example,
  } = found
  return { why, source, example }
}
