import type { Report } from '../finding.ts'
import { github } from './github.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { sarif } from './sarif.ts'
import { text } from './text.ts'

/** Writes a report about `subject`, the plugin's address or file, in one form. */
export type Reporter = (report: Report, subject: string) => string

export const reporters: Record<string, Reporter> = { text, json, junit, sarif, github }
