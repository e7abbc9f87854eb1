import type { Report } from '../finding.ts'
import type { SchemaCheck } from '../schema-check.ts'
import { asArray, asObject, type Spec, type SpecOperation } from '../spec.ts'

const reserved = ['__proto__', 'constructor', 'prototype']

/** Judges the OpenAPI document without other documents. */
export function checkSpec(spec: Spec, check: SchemaCheck, report: Report): void {
  const { document, operations } = spec
  if (!/^3\.[01]\.\d+$/.test(String(document.openapi)))
    report.add('spec-version', 'spec', `openapi is ${JSON.stringify(document.openapi)}`, { pointer: '/openapi' })
  const info = asObject(document.info)
  for (const name of ['title', 'description'])
    if (!info[name]) report.add('spec-text', 'spec', `info.${name} is missing`, { pointer: `/info/${name}` })
  if (operations.length === 0) report.add('spec-response', 'spec', 'it has no operations', { pointer: '/paths' })
  if (operations.length > 30)
    report.add('spec-too-many', 'spec', `it has ${operations.length} operations`, { pointer: '/paths' })
  checkServers(spec, report)
  const ids = new Map<string, string>()
  for (const operation of operations) {
    const raw = operation.node
    checkId(operation, raw.operationId, ids, report)
    checkText(operation, raw, report)
    checkParameters(operation, raw, report)
    checkBody(operation, raw, report)
    checkResponses(operation, report)
    checkSchemas(operation, check, report)
  }
}

function checkServers({ servers, document }: Spec, report: Report): void {
  const say = (detail: string) => report.add('spec-server', 'spec', detail, { pointer: '/servers' })
  if (servers.length === 0) return void say('it has no server: assistants need one absolute URL')
  const [first = ''] = servers
  if (!URL.canParse(first)) say(`the server ${JSON.stringify(first)} is not an absolute URL`)
  else if (!/^https?:$/.test(new URL(first).protocol)) say(`the server ${first} is neither http nor https`)
  if (/[{}]/.test(first) || asObject(asArray(document.servers)[0]).variables)
    say('the server has variables, which few assistants fill in')
}

function checkId(operation: SpecOperation, id: unknown, ids: Map<string, string>, report: Report): void {
  const { pointer } = operation
  const place = `${operation.method} ${operation.path}`
  if (typeof id !== 'string' || id === '')
    return void report.add('spec-operation-id', place, 'it has no operationId', { pointer })
  if (ids.has(id)) report.add('spec-operation-id', id, `${ids.get(id)} has the same operationId`, { pointer })
  ids.set(id, place)
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id) || reserved.includes(id))
    report.add('spec-operation-id', id, 'the operationId is not 1 to 64 letters, digits, - and _', {
      pointer,
    })
  else if (!/^[A-Za-z_-]+$/.test(id) || id.includes('__'))
    report.add('spec-operation-id-letters', id, 'the operationId has digits or two underscores', { pointer })
}

function checkText({ id, pointer }: SpecOperation, raw: Record<string, unknown>, report: Report): void {
  if (!raw.summary && !raw.description)
    report.add('spec-text', id, 'it has neither summary nor description', { pointer })
  for (const name of ['summary', 'description']) {
    const { length } = Array.from(String(raw[name] ?? ''))
    if (length > 300)
      report.add('spec-text', id, `its ${name} has ${length} characters; assistants read at most 300`, {
        pointer: `${pointer}/${name}`,
      })
  }
}

function checkParameters(operation: SpecOperation, raw: Record<string, unknown>, report: Report): void {
  const { id, pointer, path, fields } = operation
  const say = (detail: string) => report.add('spec-parameter', id, detail, { pointer: `${pointer}/parameters` })
  const parameters = asArray(raw.parameters).map(asObject)
  for (const one of parameters) {
    const place = String(one.in)
    if (typeof one.$ref === 'string') say(`a parameter is a reference (${one.$ref}), which GPT Actions ignore`)
    else if (typeof one.name !== 'string' || !['path', 'query', 'header', 'cookie'].includes(place))
      say('a parameter has no name or no location')
    else if (!one.schema && !one.content) say(`${one.name} has no schema`)
    else if (['header', 'cookie'].includes(place) && one.required === true)
      say(`${one.name} must be sent as ${place}, which assistants do not do`)
  }
  const inPath = Array.from(path.matchAll(/\{([^}]*)\}/g), ([, name]) => name)
  for (const name of inPath)
    if (!fields.some((field) => field.place === 'path' && field.name === name))
      say(`${name} in the path is not described`)
  for (const { name, place } of fields) {
    if (place === 'path' && !inPath.includes(name))
      say(`${name} is described as a path parameter and is not in the path`)
    if (reserved.includes(name)) say(`${name} cannot be the name of an input`)
    const places = fields.filter((field) => field.name === name).map((field) => field.place)
    if (places.length > 1) report.addTo(operation, 'spec-name-twice', `${name} is in ${places.join(' and ')}`)
  }
  const described = [
    ...parameters.map((one) => [one.name, one.description ?? asObject(one.schema).description]),
    ...fields.filter(({ place }) => place === 'body').map(({ name, schema }) => [name, schema.description]),
  ]
  for (const [name, text] of described) {
    if (typeof text !== 'string' || text === '')
      report.addTo(operation, 'spec-parameter-text', `${name} has no description`)
    else if (Array.from(text).length > 700)
      report.addTo(operation, 'spec-parameter-text', `the description of ${name} has more than 700 characters`)
  }
}

function checkBody(
  { id, pointer, bodySchema, method }: SpecOperation,
  raw: Record<string, unknown>,
  report: Report,
): void {
  if (!raw.requestBody) return
  const say = (detail: string) => report.add('spec-body', id, detail, { pointer: `${pointer}/requestBody` })
  if (method === 'GET' || method === 'DELETE') say(`a ${method} has a body, which most assistants do not send`)
  if (!bodySchema) return void say('the body is not JSON')
  if (bodySchema.type !== 'object' && !bodySchema.allOf && !bodySchema.properties)
    say('the body is not an object with named members')
}

function checkResponses({ id, pointer, responses }: SpecOperation, report: Report): void {
  const good = Object.keys(responses).filter((status) => /^2/.test(status))
  if (good.length === 0)
    report.add('spec-response', id, 'it describes no answer with 2xx', { pointer: `${pointer}/responses` })
}

function checkSchemas(operation: SpecOperation, check: SchemaCheck, report: Report): void {
  const { fields, bodySchema, responses } = operation
  const say = (detail: string) => report.addTo(operation, 'spec-schema', detail)
  const all = [
    ...fields.map(({ schema, name }) => [name, schema] as const),
    ['the body', bodySchema] as const,
    ...Object.entries(responses).flatMap(([status, { contents }]) =>
      contents.map(({ schema }) => [`the answer ${status}`, schema] as const),
    ),
  ]
  for (const [name, schema] of all) {
    if (!schema) continue
    try {
      for (const example of [schema.example, schema.default]) {
        const fault = example === undefined ? undefined : check.fault(schema, example)
        if (fault) say(`the example or default of ${name} does not match: ${fault}`)
      }
      check.fault(schema, undefined)
    } catch (error) {
      say(`the schema of ${name} is invalid: ${(error as Error).message.slice(0, 200)}`)
    }
    const { minimum, maximum, minLength, maxLength, required, properties } = schema as Record<string, never>
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
      say(`${name} has a minimum above its maximum`)
    if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
      say(`${name} has a minLength above its maxLength`)
    for (const one of asArray(required))
      if (properties && !Object.hasOwn(asObject(properties), String(one)))
        say(`${name} requires ${one}, which it does not describe`)
  }
}
