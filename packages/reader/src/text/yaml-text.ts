import { CORE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml'
import { DocumentRefused, type TextPlace } from './document-refused.ts'
import { plainLine, quote } from './plain-text.ts'
import type { Repairs } from './repairs.ts'
import { placeOf } from './text-kind.ts'

/** 5 MB that are written for people have half of these; as many as there can be take a gigabyte to read. */
const mostParts = 600_000
const deepest = 200
const settings = { schema: CORE_SCHEMA.withTags(mergeTag), maxAliases: 10_000 }

/**
 * Reads YAML 1.2 with merge keys. What is not YAML in a way that can be repaired is read all the same, with a repair.
 * @throws DocumentRefused with the place; also where its aliases stand for more than 600 000 parts, or for themselves.
 */
export function readYaml(text: string, repairs: Repairs): unknown {
  if (countParts(text) > mostParts)
    throw new DocumentRefused(
      `The YAML of the spec has more than ${mostParts} parts. Publish it as JSON, or keep only the operations that the plugin needs.`,
    )
  const value = loadRepaired(text, repairs)
  // Everything that reads the document follows an alias as if it had been written out.
  if (text.includes('*') && text.includes('&') && !(sizeOf(value, new Map(), 0) <= mostParts))
    throw new DocumentRefused(
      `The aliases of the YAML (*name) stand for more than ${mostParts} parts, or for themselves. Use $ref instead.`,
    )
  return value
}

/** At least as many as there are values in it: each begins at one of these characters. */
function countParts(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index++) if (beginsPart[text.charCodeAt(index)]) count++
  return count
}

const beginsPart: boolean[] = []
for (const character of '[{,:-?\n') beginsPart[character.charCodeAt(0)] = true

/** How many parts a value has when each alias is written out; infinite in a circle. */
function sizeOf(value: unknown, known: Map<object, number>, depth: number): number {
  if (value === null || typeof value !== 'object') return 1
  const found = known.get(value)
  if (found !== undefined) return found
  known.set(value, Number.POSITIVE_INFINITY)
  let size = depth > deepest ? Number.POSITIVE_INFINITY : 1
  if (size === 1) for (const one of Object.values(value)) size += sizeOf(one, known, depth + 1)
  known.set(value, size)
  return size
}

function loadRepaired(text: string, repairs: Repairs): unknown {
  try {
    return load(text, settings)
  } catch (error) {
    const { reason, at } = faultOf(error, text)
    if (reason.startsWith('duplicated mapping key')) {
      repairs.add('', `Line ${at?.line} repeats a name; the last value is used.`)
      return loadAgain(text, true)
    }
    if (reason.startsWith('tab characters') && /^ *\t/m.test(text)) {
      repairs.add('', `Line ${at?.line} is indented with tabs, which YAML does not allow; spaces were used instead.`)
      return loadAgain(text.replaceAll(/^[ \t]*\t[ \t]*/gm, (tabs) => tabs.replaceAll('\t', '  ')))
    }
    // The closing bracket of a list over several lines must be deeper than what it belongs to.
    if (reason.startsWith('deficient indentation') && closing.test(text)) {
      repairs.add('', `Line ${at?.line} is not indented enough; it was read as if it were.`)
      return loadAgain(withDeeperClosings(text))
    }
    if (reason.includes('non-printable characters')) {
      repairs.add('', `Line ${at?.line} has characters that YAML does not allow; they were removed.`)
      return loadAgain(text.replaceAll(unprintable, ''))
    }
    throw refusal(error, text)
  }
}

const closing = /^[ \t]*[\]}],?[ \t]*\r?$/m
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const unprintable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uD800-\uDFFF\uFFFE\uFFFF]/g

/** Every closing bracket that stands alone, as deep as the line before it. */
function withDeeperClosings(text: string): string {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries())
    if (closing.test(line)) lines[index] = `${/^[ \t]*/.exec(lines[index - 1] ?? '')?.[0] ?? ''}${line.trim()}`
  return lines.join('\n')
}

function loadAgain(text: string, json = false): unknown {
  try {
    return load(text, { ...settings, json })
  } catch (error) {
    throw refusal(error, text)
  }
}

function faultOf(error: unknown, text: string): { reason: string; at: TextPlace | undefined } {
  if (!(error instanceof YAMLException)) return { reason: 'it cannot be read', at: undefined }
  const { reason, mark } = error
  return { reason, at: mark ? placeOf(text, mark.position) : undefined }
}

function refusal(error: unknown, text: string): DocumentRefused {
  const { reason, at } = faultOf(error, text)
  const place = at ? `line ${at.line}, column ${at.column}: ` : ''
  if (/maxAliases|maxTotalMergeKeys|abnormal merge/.test(reason))
    return new DocumentRefused('The spec has too many aliases of YAML (*name). Use $ref instead.', at)
  if (reason.includes('maxDepth')) return new DocumentRefused('The spec is nested too deeply to be read.', at)
  if (text.length < 2_000 && !/^["']?[\w-]+["']?\s*:(\s|$)/m.test(text))
    return new DocumentRefused(`The response is text, not an OpenAPI spec: ${quote(text, 100)}.`, at)
  return new DocumentRefused(`The spec is not valid YAML: ${place}${plainLine(reason, 150)}.`, at)
}
