import type { Reporter } from '../rules/finding.ts'
import { github } from './github.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { sarif } from './sarif.ts'
import { text } from './text.ts'

export const reporters: Record<string, Reporter> = { text, json, junit, sarif, github, markdown }

/** These print what is known of a server when it is done. The others write one document about all. */
export const isPrintedPart = (reporter: string): boolean => reporter === 'text' || reporter === 'github'
