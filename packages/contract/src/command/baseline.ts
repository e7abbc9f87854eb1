import { readFileSync } from 'node:fs'
import type { Finding } from '../rules/finding.ts'

/** Compares findings with a file of accepted ones, one per line: `CODE SUBJECT  # reason`. */
export interface Baseline {
  /** Findings that are not accepted. */
  left: Finding[]
  /** Lines that match no finding. */
  stale: string[]
}

/** A line that matches no finding must be removed from the file, so that it cannot hide a new finding. */
export function applyBaseline(file: string | undefined, findings: readonly Finding[]): Baseline {
  if (file === undefined) return { left: [...findings], stale: [] }
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().replace(/\s+/, ' '))
    .filter((line) => line !== '')
  const keyOf = ({ code, subject }: Finding) => `${code} ${subject}`
  const keys = new Set(findings.map(keyOf))
  return { left: findings.filter((one) => !lines.includes(keyOf(one))), stale: lines.filter((line) => !keys.has(line)) }
}
