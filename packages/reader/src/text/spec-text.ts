import { load, YAMLException } from 'js-yaml'
import { DocumentRefused } from './document-refused.ts'
import { readJson } from './json-text.ts'
import type { Schema } from './members.ts'
import { isObject, memberOf } from './members.ts'
import { cut, plainLine, quote } from './plain-text.ts'
import type { Repairs } from './repairs.ts'
import { errorBody, membersFound, placeOf, refuseOtherText } from './text-kind.ts'

export const longestSpec = 5 * 2 ** 20
/** Of YAML. 5 MB that are written for people have half of these; as many as there can be take a gigabyte to read. */
const mostParts = 600_000

/**
 * Reads the object that a spec is, from JSON or YAML, whichever its content is.
 * @throws DocumentRefused where it is neither, or something else than a spec.
 */
export function readSpecText(text: string, repairs: Repairs): Schema {
  if (text.length > longestSpec)
    throw new DocumentRefused('The spec is over 5 MB. Publish one with only those operations that the plugin is for.')
  refuseOtherText(text, 'an OpenAPI spec')
  const value = /^\uFEFF?\s*[{[]/.test(text) ? fromJson(text, repairs) : fromYaml(text, repairs)
  if (!isObject(value)) throw new DocumentRefused(`The answer is no OpenAPI spec but a text: ${quote(text, 100)}.`)
  refuseOthers(value)
  return value
}

/** At least as many as there are values in it: each begins at one of these characters. */
function partsOf(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index++) if (beginsPart[text.charCodeAt(index)]) count++
  return count
}

const beginsPart: boolean[] = []
for (const character of '[{,:-?\n') beginsPart[character.charCodeAt(0)] = true

function fromJson(text: string, repairs: Repairs): unknown {
  try {
    const json = readJson(text, 'the spec')
    for (const message of json.repairs) repairs.add('', message)
    return json.value
  } catch (fault) {
    // YAML has braces too; what is neither is most likely meant as JSON.
    try {
      return fromYaml(text, repairs)
    } catch {
      throw fault
    }
  }
}

function fromYaml(text: string, repairs: Repairs): unknown {
  if (partsOf(text) > mostParts)
    throw new DocumentRefused(
      `The YAML of the spec has more than ${mostParts} parts. Publish it as JSON, or one with only those operations that the plugin is for.`,
    )
  try {
    return load(text, { maxAliases: 0 })
  } catch (error) {
    const { reason, at } = faultOf(error, text)
    if (reason.startsWith('duplicated mapping key')) {
      repairs.add('', `In line ${at?.line} a name stands for the second time; the last one counts.`)
      return again(text, true)
    }
    if (reason.startsWith('tab characters') && /^ *\t/m.test(text)) {
      repairs.add('', `Line ${at?.line} is indented with tabs; YAML wants blanks, and they were put there.`)
      return again(
        text.replaceAll(/^[ \t]*\t[ \t]*/gm, (tabs) => tabs.replaceAll('\t', '  ')),
        false,
      )
    }
    // The closing bracket of a list over several lines must be deeper than what it belongs to.
    if (reason.startsWith('deficient indentation') && closing.test(text)) {
      repairs.add('', `Line ${at?.line} is not indented enough; it was read as if it were.`)
      return again(withDeeperClosings(text), false)
    }
    if (reason.includes('non-printable characters')) {
      repairs.add('', `Line ${at?.line} has characters that no text may have; they were left out.`)
      return again(text.replaceAll(unprintable, ''), false)
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

function again(text: string, json: boolean): unknown {
  try {
    return load(text, { maxAliases: 0, json })
  } catch (error) {
    throw refusal(error, text)
  }
}

function faultOf(error: unknown, text: string): { reason: string; at: ReturnType<typeof placeOf> | undefined } {
  if (!(error instanceof YAMLException)) return { reason: 'it cannot be read', at: undefined }
  const { reason, mark } = error
  return { reason, at: mark ? placeOf(text, mark.position) : undefined }
}

function refusal(error: unknown, text: string): DocumentRefused {
  const { reason, at } = faultOf(error, text)
  const place = at ? `in line ${at.line}, column ${at.column}, ` : ''
  if (reason.includes('maxAliases'))
    return new DocumentRefused(
      `The spec uses an alias of YAML (*name)${at ? ` in line ${at.line}` : ''}, which is not followed. Write it out, or use $ref.`,
      at,
    )
  if (reason.includes('maxDepth')) return new DocumentRefused('The spec is nested too deeply to be read.', at)
  if (text.length < 2_000 && !/^["']?[\w-]+["']?\s*:(\s|$)/m.test(text))
    return new DocumentRefused(`The answer is no OpenAPI spec but a text: ${quote(text, 100)}.`, at)
  return new DocumentRefused(`The spec is not valid YAML: ${place}${plainLine(reason, 150)}.`, at)
}

function refuseOthers(value: Schema): void {
  const has = (name: string): boolean => memberOf(value, name) !== undefined
  if (has('paths') || has('openapi') || has('swagger') || Object.keys(value).some((name) => name.startsWith('/')))
    return
  if (has('name_for_model') || (has('api') && has('auth')))
    throw new DocumentRefused(
      'This is a plugin manifest, where its OpenAPI spec should be. api.url in the manifest must lead to the spec.',
    )
  const told = errorBody(value)
  if (told)
    throw new DocumentRefused(
      `The server answered with an error in place of a spec: ${cut(told, 100)}. The spec must be readable without signing in.`,
    )
  throw new DocumentRefused(
    `This is no OpenAPI spec: ${membersFound(value)}, where openapi, info and paths are expected.`,
  )
}
