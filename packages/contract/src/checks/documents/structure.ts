import { createRequire } from 'node:module'
import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import Ajv04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import type { Report } from '../../rules/finding.ts'
import type { Schema } from '../../spec/spec.ts'

const load = createRequire(import.meta.url)
const compiled = new Map<string, ValidateFunction>()
const mostFindings = 20
const options = { strict: false, allErrors: true, logger: false, validateSchema: false } as const

/** Judges a document by the JSON Schema that the OpenAPI Initiative publishes for its version. */
export function checkStructure(document: Schema, report: Report): void {
  const version = /^(2\.0|3\.[012])/.exec(String(document.swagger ?? document.openapi))?.[1]
  if (version === undefined) return
  const validate = compiled.get(version) ?? compile(version)
  compiled.set(version, validate)
  if (validate(document)) return
  for (const { instancePath, message, params } of telling(validate.errors ?? []).slice(0, mostFindings)) {
    const named = params.additionalProperty ?? params.unevaluatedProperty
    const more = named === undefined ? (params.allowedValues ? `: ${params.allowedValues}` : '') : `: ${named}`
    report.add('spec-structure', 'spec', `it ${message}${more}`, { pointer: instancePath })
  }
}

function compile(version: string): ValidateFunction {
  const schema = load(`@seriousme/openapi-schema-validator/schemas/v${version}/schema.json`)
  const Ajv = version < '3.1' ? Ajv04.default : Ajv2020
  const ajv = new Ajv(options)
  addFormats.default(ajv)
  // A draft of a spec often has text where a URL belongs, which hinders nobody.
  for (const format of ['uri', 'uri-reference', 'email', 'media-range']) ajv.addFormat(format, true)
  return ajv.compile(schema)
}

/** One fault for each place: the innermost, and none that is there only because it is not a reference. */
function telling(errors: readonly ErrorObject[]): ErrorObject[] {
  const own = errors.filter(
    ({ keyword, params }) => params.missingProperty !== '$ref' && !['oneOf', 'anyOf', 'if', 'not'].includes(keyword),
  )
  const found = own.length > 0 ? own : errors.slice(0, 1)
  return found.filter(
    ({ instancePath }, index) =>
      found.findIndex((one) => one.instancePath === instancePath) === index &&
      !found.some(
        (one) =>
          one.instancePath.startsWith(`${instancePath}/`) && one !== found[index] && isOfAlternatives(found[index]),
      ),
  )
}

const isOfAlternatives = (error: ErrorObject | undefined): boolean => /\/(oneOf|anyOf)\//.test(error?.schemaPath ?? '')
