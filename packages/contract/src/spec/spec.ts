import {
  chooseContent,
  type FormPart,
  formParts,
  hasNamedMembers,
  isJsonType,
  listOfAny,
  needsCredentials,
  type OpenApi,
  type Operation,
  objectOf,
  type Parameter,
  type ResponseHeader,
  readOpenApi,
  type Schema,
  serverAddresses,
  serversOfSpec,
  type WholeSchemas,
  type Field as WireField,
  wireForm,
} from '@reference-plugins/reader'
import type { Report } from '../rules/finding.ts'
import { readSchemes, type Scheme, type Security } from './security-schemes.ts'
import { callBase, type Target } from './servers.ts'

export { listOfAny as asArray, objectOf as asObject, type Schema } from '@reference-plugins/reader'

export interface Field extends Omit<WireField, 'place'> {
  /** `form` is a body that is not JSON: everything in it is text. */
  place: WireField['place'] | 'form'
  required: boolean
  schema: Schema
}

/** A parameter that is sent, in the form in which it is written. */
export interface Input extends Field {
  place: 'path' | 'query' | 'header' | 'cookie'
  /** Values that the spec shows beside the schema. */
  examples: unknown[]
}

/** A body that an operation takes in one media type. */
export interface SpecBody {
  mediaType: string
  /** Of the whole body. It may be of any type. */
  schema: Schema
  isRequired: boolean
  /** Whether it is one input, not one for each of its members. */
  isWhole: boolean
  /** Whole bodies that the spec shows beside the schema. */
  examples: unknown[]
  /** How the members of a form are written. */
  parts: Record<string, FormPart>
}

/** An answer that an operation may give. */
export interface SpecResponse {
  contents: { type: string; schema: Schema | undefined; pointer: string }[]
  headers: (Omit<ResponseHeader, 'schema'> & { schema: Schema })[]
  /** The Link Objects by name. */
  links: Schema
}

/** One operation of a spec, with every reference in its schemas replaced by what it refers to. */
export interface SpecOperation extends Omit<Operation, 'id' | 'body' | 'responses' | 'security'> {
  id: string
  /** The URL before the path, where the operation has a server of its own. */
  base: string | undefined
  /** Undefined where the spec is silent about it. */
  security: Security
  /** The inputs as assistants see them: the parameters, and the members of the body or all of it as one. */
  fields: Field[]
  /** The parameters. Header parameters that OpenAPI ignores, and those that HTTP itself sets, are left out. */
  inputs: Input[]
  /** The bodies that can be made, the best one first. */
  bodies: SpecBody[]
  /** The whole schema of the body. Undefined where the spec describes no body of JSON. */
  bodySchema: Schema | undefined
  /** The media types of a body that is required and that the tester cannot make. */
  unsendable: string | undefined
  /** By status, `default` included. */
  responses: Record<string, SpecResponse>
  isProtected: boolean
  /** Where the answers say which values other operations take. */
  links: Link[]
}

/** A Link Object of a response. */
export interface Link {
  status: string
  /** The id of the operation that it leads to. */
  operation: string
  /** Values, or expressions for them, by the name of the input. */
  parameters: Schema
}

export interface Spec {
  document: Schema
  version: '3.0' | '3.1'
  /** The servers, their variables filled in. */
  servers: string[]
  /** The URL before the path of every operation; empty where only documents are judged. */
  base: string
  operations: SpecOperation[]
  schemas: WholeSchemas
  /** What a reference leads to, or the node itself. */
  follow: (node: unknown) => unknown
  schemes: Scheme[]
}

/** Of an entry of `paths`, also where it stands in another place. */
const atPath = /^(\/paths\/[^/]+|\/~1[^/]*)$/

/** Reads the operations. What cannot be read is left out, and the checks of the document report it. */
export function readSpec(document: Schema, report: Report, target: Target = { baseUrl: '' }): Spec {
  const openApi = readOpenApi(document)
  const operations = openApi.operations.map((operation) => toOperation(operation, openApi, target))
  const { broken } = openApi.document
  for (const { pointer, message } of openApi.document.repairs.list())
    if (atPath.test(pointer) && !broken.some((one) => one.pointer === pointer))
      report.add('spec-not-readable', 'spec', message, { pointer })
  const servers = serversOfSpec(document)
  return {
    document,
    version: openApi.version === '3.1' ? '3.1' : '3.0',
    servers: serverAddresses(servers),
    base: callBase(servers, target),
    operations,
    schemas: openApi.schemas,
    follow: (node) => openApi.document.follow(node).value,
    schemes: readSchemes(openApi),
  }
}

const places = ['path', 'query', 'header', 'cookie']

function toOperation(operation: Operation, openApi: OpenApi, target: Target): SpecOperation {
  const { schemas, document } = openApi
  const { parameters, responses, security, servers, node } = operation
  const isSilent = node.security === undefined && document.root.security === undefined
  const body = readBody(operation, openApi)
  const sent = parameters.filter(({ place }) => places.includes(place))
  const fields = sent.map((one) => toField(one, schemas))
  return {
    ...operation,
    ...body,
    id: idOf(operation),
    base: servers.length > 0 && target.baseUrl !== '' ? callBase(servers, target) : undefined,
    fields: [...fields, ...body.fields],
    inputs: fields.filter(isSent).map((field) => ({ ...field, examples: examplesOf(field, sent) })),
    responses: Object.fromEntries(responses.map((one) => [one.status, toResponse(one, schemas)])),
    security: isSilent ? undefined : security,
    isProtected: needsCredentials(security),
    links: linksOf(operation, openApi),
  }
}

const toResponse = ({ contents, headers, links }: Operation['responses'][number], schemas: OpenApi['schemas']) => ({
  contents: contents.map(({ type, schema, pointer }) => ({
    type,
    schema: schema === undefined ? undefined : schemas.read(schema, pointer, 'response'),
    pointer,
  })),
  headers: headers.map((one) => ({ ...one, schema: schemas.read(one.schema, one.pointer, 'response') })),
  links,
})

function linksOf({ responses }: Operation, { document, operations }: OpenApi): Link[] {
  return responses.flatMap(({ status, links, pointer }) =>
    Object.values(links).flatMap((given) => {
      const link = objectOf(document.follow(given, `${pointer}/links`).value)
      const place = String(link.operationRef ?? '').replace(/^#/, '')
      const target = operations.find((one) => one.id === link.operationId || one.pointer === place)
      const operation = target && idOf(target)
      return operation === undefined ? [] : [{ status, operation, parameters: objectOf(link.parameters) }]
    }),
  )
}

const idOf = ({ id, method, path }: Operation): string => id ?? `${method.toLowerCase()} ${path}`

/** OpenAPI says of the first three that such a parameter shall be ignored; HTTP sets the others itself. */
const setElsewhere = new Set(
  ['accept', 'content-type', 'authorization', 'content-length', 'host', 'connection', 'transfer-encoding'].concat([
    'keep-alive',
    'upgrade',
    'te',
    'trailer',
    'expect',
    'proxy-authorization',
    'proxy-connection',
    'date',
  ]),
)

const isSent = (field: Field): field is Omit<Input, 'examples'> =>
  field.place !== 'header' || !setElsewhere.has(field.name.toLowerCase())

function examplesOf({ name, place }: Field, parameters: readonly Parameter[]): unknown[] {
  const node = parameters.find((one) => one.name === name && one.place === place)?.node ?? {}
  return [node, ...Object.values(objectOf(node.content)).map(objectOf)].flatMap(shown)
}

/** The values of `example` and of the Example Objects in `examples`. */
const shown = ({ example, examples }: Schema): unknown[] =>
  [example, ...Object.values(objectOf(examples)).map((one) => objectOf(one).value)].filter((one) => one !== undefined)

function toField(parameter: Parameter, schemas: OpenApi['schemas']): Field {
  const { name, isRequired, description, schemaPointer } = parameter
  const place = parameter.place as Field['place']
  const schema = { description, ...schemas.read(parameter.schema, schemaPointer) }
  return {
    name,
    wireName: name,
    place,
    required: isRequired || place === 'path',
    schema,
    ...wireForm(parameter, schema),
  }
}

/** The bodies, and a field for each member of the best one, or one for all of it. */
function readBody(
  { body }: Operation,
  { schemas, document }: OpenApi,
): Pick<SpecOperation, 'fields' | 'bodies' | 'bodySchema' | 'unsendable'> {
  const chosen = body && chooseContent(body.contents)
  if (!chosen) {
    const unsendable = body?.isRequired ? body.contents.map(({ type }) => type).join(', ') : undefined
    return { fields: [], bodies: [], bodySchema: undefined, unsendable }
  }
  const { content, mediaType } = chosen
  const schema = schemas.read(content.schema, content.pointer, 'request')
  const isJson = isJsonType(mediaType)
  const place = isJson ? 'body' : 'form'
  const toBodyField = (name: string, required: boolean, schema: Schema): Field => ({
    name,
    wireName: name,
    place,
    required,
    schema,
  })
  const { properties, required } = membersOf(schema)
  const isObject =
    properties.length > 0 ||
    (isJson && !schema.anyOf && !schema.oneOf && [undefined, 'object'].includes(schema.type as string))
  const isWhole = !hasNamedMembers(mediaType) || !isObject
  const others = body.contents.filter((one) => one !== content)
  const bodies = [chosen, ...others.flatMap((one) => chooseContent([one]) ?? [])].map((one) => ({
    mediaType: one.mediaType,
    schema: one.content === content ? schema : schemas.read(one.content.schema, one.content.pointer, 'request'),
    isRequired: body.isRequired,
    isWhole,
    examples: shown(one.content.node),
    parts: formParts({ ...one.content, type: one.mediaType }, document),
  }))
  const fields = isWhole
    ? [toBodyField('body', body.isRequired, isJson ? schema : { type: 'string', ...schema })]
    : properties
        .filter(([, one]) => one.readOnly !== true)
        .map(([name, one]) => toBodyField(name, required.includes(name), one))
  return { fields, bodies, bodySchema: isJson ? schema : undefined, unsendable: undefined }
}

/** The members of an object, those of its `allOf` included. */
function membersOf(schema: Schema): { properties: [name: string, schema: Schema][]; required: unknown[] } {
  const parts = listOfAny(schema.allOf).map((part) => membersOf(objectOf(part)))
  const own = Object.entries(objectOf(schema.properties)).map(([name, one]): [string, Schema] => [name, objectOf(one)])
  const all = [...own, ...parts.flatMap(({ properties }) => properties)]
  return {
    properties: all.filter(([name], index) => all.findIndex(([other]) => other === name) === index),
    required: [...listOfAny(schema.required), ...parts.flatMap(({ required }) => required)],
  }
}
