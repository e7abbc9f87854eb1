import { DocumentRefused } from './document-refused.ts'
import { readJson } from './json-text.ts'
import { isObject, memberOf, type Schema } from './members.ts'
import { cut, quote } from './plain-text.ts'
import type { Repairs } from './repairs.ts'
import { errorBody, membersFound, refuseOtherText } from './text-kind.ts'
import { readYaml } from './yaml-text.ts'

export const longestSpec = 5 * 2 ** 20

/**
 * Reads the object that a spec is, from JSON or YAML, whichever its content is.
 * @throws DocumentRefused where it is neither, or something else than a spec.
 */
export function readSpecText(text: string, repairs: Repairs): Schema {
  if (text.length > longestSpec)
    throw new DocumentRefused('The spec is over 5 MB. Keep only the operations that the plugin needs.')
  refuseOtherText(text, 'an OpenAPI spec')
  const value = /^\uFEFF?\s*[{[]/.test(text) ? fromJson(text, repairs) : readYaml(text, repairs)
  if (!isObject(value)) throw new DocumentRefused(`The response is text, not an OpenAPI spec: ${quote(text, 100)}.`)
  refuseOthers(value)
  return value
}

function fromJson(text: string, repairs: Repairs): unknown {
  try {
    const json = readJson(text, 'the spec')
    for (const message of json.repairs) repairs.add('', message)
    return json.value
  } catch (fault) {
    // YAML has braces too; what is neither is most likely meant as JSON.
    try {
      return readYaml(text, repairs)
    } catch {
      throw fault
    }
  }
}

function refuseOthers(value: Schema): void {
  const has = (name: string): boolean => memberOf(value, name) !== undefined
  if (has('paths') || has('openapi') || has('swagger') || Object.keys(value).some((name) => name.startsWith('/')))
    return
  if (has('name_for_model') || (has('api') && has('auth')))
    throw new DocumentRefused(
      'This is a plugin manifest, not an OpenAPI spec. api.url in the manifest must be the URL of the spec.',
    )
  const error = errorBody(value)
  if (error)
    throw new DocumentRefused(
      `The server returned an error instead of a spec: ${cut(error, 100)}. The spec must be readable without signing in.`,
    )
  throw new DocumentRefused(`This is not an OpenAPI spec: ${membersFound(value)}. A spec has openapi, info and paths.`)
}
