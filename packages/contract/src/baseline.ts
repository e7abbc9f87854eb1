import { readFileSync } from 'node:fs'
import type { Finding } from './finding.ts'

/** Findings that are accepted, one a line: `CODE SUBJECT  # why`. */
export interface Baseline {
  /** Those that are not accepted. */
  left: Finding[]
  /** Lines that no finding fits any more. */
  stale: string[]
}

/** An accepted finding that is there no longer has to leave the file, so that it cannot hide a new one. */
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
