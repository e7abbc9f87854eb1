import type { Report } from '../../rules/finding.ts'
import type { Severity } from '../../rules/rules.ts'
import type { SchemaCheck } from '../../spec/schema-check.ts'
import { referencesIn } from '../../spec/schema-places.ts'
import { asArray, asObject, type Schema, type Spec, type SpecOperation } from '../../spec/spec.ts'
import { checkSchemas } from './schemas.ts'
import { checkSecurity } from './security.ts'
import { checkStructure } from './structure.ts'

const reserved = ['__proto__', 'constructor', 'prototype']

/** Judges the OpenAPI document without other documents. What only assistants demand counts in a plugin. */
export function checkSpec(spec: Spec, check: SchemaCheck, report: Report): void {
  const { document, operations } = spec
  checkVersion(document, report)
  const info = asObject(document.info)
  for (const name of report.isPlugin ? ['title', 'description'] : [])
    if (!info[name]) report.add('spec-text', 'spec', `info.${name} is missing`, { pointer: `/info/${name}` })
  if (operations.length === 0) report.add('spec-response', 'spec', 'it has no operations', { pointer: '/paths' })
  if (report.isPlugin && operations.length > 30)
    report.add('spec-too-many', 'spec', `it has ${operations.length} operations`, { pointer: '/paths' })
  checkReferences(spec, report)
  checkServers(spec, report)
  checkPaths(spec, report)
  checkSecurity(spec, report)
  const ids = new Map<string, string>()
  for (const operation of operations) {
    checkId(operation, ids, report)
    if (report.isPlugin) checkText(operation, report)
    checkParameters(operation, spec, report)
    if (report.isPlugin) checkBody(operation, report)
    checkResponses(operation, spec, report)
    for (const name of Object.keys(asObject(operation.node.callbacks)))
      report.skip(operation.id, `the callback ${name}`, 'a tester from outside cannot be called')
  }
  for (const name of Object.keys(asObject(document.webhooks)))
    report.skip('webhooks', name, 'a tester from outside cannot be called')
  checkSchemas(spec, check, report)
  checkStructure(document, report)
}

function checkVersion({ openapi, swagger }: Schema, report: Report): void {
  if (/^3\.[01]\.\d+(-.+)?$/.test(String(openapi))) return
  const isKnown = (openapi === undefined && String(swagger) === '2.0') || /^3\.2\.\d+$/.test(String(openapi))
  if (isKnown && !report.isPlugin) return
  const [name, value] = openapi === undefined && swagger !== undefined ? ['swagger', swagger] : ['openapi', openapi]
  const detail = `${name} is ${JSON.stringify(value)}`
  report.add('spec-version', 'spec', detail, { pointer: `/${name}`, severity: isKnown ? 'warning' : undefined })
}

/** Those that nothing leads to as well: other programs read them. */
function checkReferences({ document, follow }: Spec, report: Report): void {
  for (const [node, pointer] of referencesIn(document)) {
    const { $ref } = node
    if (follow({ $ref }) !== undefined) continue
    const isOutside = !String($ref).startsWith('#')
    const detail = isOutside
      ? `the reference ${JSON.stringify($ref)} leads out of this document: any value is accepted there`
      : `the reference ${JSON.stringify($ref)} leads nowhere or to itself: any value is accepted there`
    const isFair = isOutside && !report.isPlugin && !/^file:/i.test(String($ref))
    report.add('spec-reference', 'spec', detail, { pointer, severity: isFair ? 'warning' : undefined })
  }
}

function checkServers({ servers, document }: Spec, report: Report): void {
  const say = (detail: string, severity?: Severity) =>
    report.add('spec-server', 'spec', detail, { pointer: document.swagger ? '/host' : '/servers', severity })
  const [first] = servers
  if (first === undefined) {
    if (report.isPlugin) say('it has no server: assistants need one absolute URL', 'warning')
    return
  }
  if (/[{}]/.test(first)) return void say(`the server ${first} has a variable without a default`)
  const isAbsolute = /^[a-z][\w+.-]*:\/\//i.test(first)
  if (isAbsolute && !(URL.canParse(first) && /^https?:$/.test(new URL(first).protocol)))
    return void say(`the server ${first} is not a URL of http or https`)
  if (!report.isPlugin) return
  if (!isAbsolute) say(`the server ${JSON.stringify(first)} is not an absolute URL`, 'warning')
  if (asObject(asArray(document.servers)[0]).variables)
    say('the server has variables, which few assistants fill in', 'warning')
}

/** The names of parameters do not tell paths apart. */
function checkPaths({ document }: Spec, report: Report): void {
  const known = new Map<string, string>()
  for (const path of Object.keys(asObject(document.paths))) {
    const pointer = `/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const shape = path.replaceAll(/\{[^{}]*\}/g, '{}')
    const other = known.get(shape)
    if (other !== undefined) report.add('spec-path', path, `it is the same path as ${other}`, { pointer })
    known.set(shape, path)
    if (/[{}]/.test(shape.replaceAll('{}', ''))) report.add('spec-path', path, 'a brace has no partner', { pointer })
  }
}

function checkId(operation: SpecOperation, ids: Map<string, string>, report: Report): void {
  const { pointer, node } = operation
  const id = node.operationId
  const place = `${operation.method} ${operation.path}`
  const say = (detail: string, severity?: Severity) =>
    report.add('spec-operation-id', typeof id === 'string' && id !== '' ? id : place, detail, { pointer, severity })
  if (typeof id !== 'string' || id === '') {
    if (report.isPlugin || id !== undefined) say('it has no operationId')
    return
  }
  if (ids.has(id)) say(`${ids.get(id)} has the same operationId`)
  ids.set(id, place)
  if (reserved.includes(id)) return void say('the operationId is a name that programs keep for themselves')
  if (!report.isPlugin) return
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id))
    say('the operationId is not 1 to 64 letters, digits, - and _, which some assistants demand', 'warning')
  else if (!/^[A-Za-z_-]+$/.test(id) || id.includes('__'))
    report.add('spec-operation-id-letters', id, 'the operationId has digits or two underscores', { pointer })
}

function checkText({ id, pointer, node }: SpecOperation, report: Report): void {
  const isText = (value: unknown) => typeof value === 'string' && value.trim() !== ''
  if (!isText(node.summary) && !isText(node.description))
    report.add('spec-text', id, 'it has neither summary nor description', { pointer })
  for (const name of ['summary', 'description']) {
    const { length } = Array.from(String(node[name] ?? ''))
    if (length > 300)
      report.add('spec-text', id, `its ${name} has ${length} characters; assistants read at most 300`, {
        pointer: `${pointer}/${name}`,
      })
  }
  const mark = node['x-openai-isConsequential']
  if (mark !== undefined && typeof mark !== 'boolean')
    report.add('spec-structure', id, 'x-openai-isConsequential is not true or false', { pointer })
}

function checkParameters(operation: SpecOperation, { document, follow }: Spec, report: Report): void {
  const { id, pointer, path, fields, parameters, node, item } = operation
  const say = (detail: string, severity?: Severity, place = `${pointer}/parameters`) =>
    report.add('spec-parameter', id, detail, { pointer: place, severity })
  const own = asArray(node.parameters)
  for (const [index, given] of own.entries()) {
    const place = `${pointer}/parameters/${index}`
    const one = asObject(follow(given))
    if (report.isPlugin && asObject(given).$ref !== undefined)
      report.add('spec-parameter-reference', id, `GPT Actions ignore the reference ${asObject(given).$ref}`, {
        pointer: place,
      })
    if (typeof one.name !== 'string' || !/^(path|query|header|cookie|body|formData|querystring)$/.test(String(one.in)))
      say('a parameter has no name or no location', undefined, place)
    else if (document.swagger === undefined && !one.schema && !one.content)
      say(`${one.name} has no schema`, undefined, place)
  }
  for (const list of [own, asArray(item.parameters)]) {
    const keys = list.map((one) => [asObject(follow(one)).in, asObject(follow(one)).name].join(' '))
    const twice = keys.find((key, index) => key.trim() !== '' && keys.indexOf(key) !== index)
    if (twice !== undefined) say(`the parameter ${twice.replace(/^\S+ /, '')} is described twice`)
  }
  const inPath = Array.from(path.matchAll(/\{([^{}]*)\}/g), ([, name]) => name)
  for (const name of inPath)
    if (!fields.some((field) => field.place === 'path' && field.name === name))
      say(`${name} in the path is not described`)
  for (const { name, place, isRequired, pointer: at } of parameters) {
    if (place === 'path' && !inPath.includes(name))
      say(`${name} is described as a path parameter and is not in the path`, undefined, at)
    else if (place === 'path' && !isRequired)
      say(`${name} is in the path and not required, which OpenAPI does not allow`, 'warning', at)
    if (report.isPlugin && ['header', 'cookie'].includes(place) && isRequired)
      say(`${name} must be sent as ${place}, which assistants do not do`, 'warning', at)
  }
  for (const { name } of fields) if (reserved.includes(name)) say(`${name} cannot be the name of an input`)
  if (report.isPlugin) checkInputs(operation, report)
}

/** Assistants see one flat list of inputs with texts. */
function checkInputs(operation: SpecOperation, report: Report): void {
  const { fields, parameters } = operation
  for (const { name } of fields) {
    const places = fields.filter((field) => field.name === name).map((field) => field.place)
    if (places.length > 1) report.addTo(operation, 'spec-name-twice', `${name} is in ${places.join(' and ')}`)
  }
  const described = [
    ...parameters.map(({ name, description, schema }) => [name, description ?? asObject(schema).description]),
    ...fields.filter(({ place }) => place === 'body').map(({ name, schema }) => [name, schema.description]),
  ]
  for (const [name, text] of described) {
    if (typeof text !== 'string' || text.trim() === '')
      report.addTo(operation, 'spec-parameter-text', `${name} has no description`)
    else if (Array.from(text).length > 700)
      report.addTo(operation, 'spec-parameter-text', `the description of ${name} has more than 700 characters`)
  }
}

function checkBody({ id, pointer, bodySchema, method, node }: SpecOperation, report: Report): void {
  if (!node.requestBody) return
  const say = (detail: string) => report.add('spec-body', id, detail, { pointer: `${pointer}/requestBody` })
  if (method === 'GET' || method === 'DELETE') say(`a ${method} has a body, which most assistants do not send`)
  if (!bodySchema) return void say('the body is not JSON')
  if (bodySchema.type !== 'object' && !bodySchema.allOf && !bodySchema.properties)
    say('the body is not an object with named members')
}

/** A redirect and a change of protocol are good answers too, and `default` may describe them all. */
function checkResponses({ id, pointer, responses, method }: SpecOperation, { operations }: Spec, report: Report): void {
  const say = (detail: string, severity?: Severity) =>
    report.add('spec-response', id, detail, { pointer: `${pointer}/responses`, severity })
  const statuses = Object.keys(responses)
  const isGood = statuses.some((status) => /^[123]/.test(status))
  if (!isGood && responses.default && report.isPlugin) say('it describes default, and no answer with 2xx', 'warning')
  else if (!isGood && !responses.default) say('it describes no answer with 2xx', 'warning')
  for (const [status, { contents, links }] of Object.entries(responses)) {
    const bare = contents.find(({ type, schema }) => /json/i.test(type) && !schema)
    if (report.isPlugin && /^2/.test(status) && method === 'GET' && bare)
      say(`its answer ${status} has no schema, so nobody knows what is in it`, 'warning')
    for (const [name, link] of Object.entries(links)) {
      const { operationId } = asObject(link)
      if (typeof operationId === 'string' && !operations.some((one) => one.id === operationId))
        report.add('spec-reference', id, `the link ${name} names the operation ${operationId}, which does not exist`, {
          pointer: `${pointer}/responses/${status}/links`,
        })
    }
  }
}
