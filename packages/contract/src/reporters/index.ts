import type { Reporter } from '../finding.ts'
import { github } from './github.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { sarif } from './sarif.ts'
import { text } from './text.ts'

export const reporters: Record<string, Reporter> = { text, json, junit, sarif, github }
