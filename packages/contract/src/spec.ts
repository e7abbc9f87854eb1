import {
  basePathOf,
  chooseContent,
  hasNamedMembers,
  isJsonType,
  listOfAny,
  needsCredentials,
  type OpenApi,
  type Operation,
  objectOf,
  type Parameter,
  readOpenApi,
  type Schema,
  type Field as WireField,
  wireForm,
} from '@reference-plugins/reader'
import type { Report } from './finding.ts'

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
  /** The Media Type Object, with the encoding of forms. */
  node: Schema
}

/** One operation of a spec, with every reference in its schemas replaced by what it refers to. */
export interface SpecOperation extends Omit<Operation, 'id' | 'body' | 'responses'> {
  id: string
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
  responses: Record<string, { contents: { type: string; schema: Schema | undefined }[] }>
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
  servers: string[]
  /** The path of the first server, which comes before the path of every operation. */
  basePath: string
  operations: SpecOperation[]
}

/** Of an entry of `paths`, also where it stands in another place. */
const atPath = /^(\/paths\/[^/]+|\/~1[^/]*)$/

/** Reads the operations. What cannot be read is left out, and the checks of the document report it. */
export function readSpec(document: Schema, report: Report): Spec {
  const openApi = readOpenApi(document)
  const operations = openApi.operations.map((operation) => toOperation(operation, openApi))
  const { broken } = openApi.document
  for (const { pointer, message } of broken) report.add('spec-reference', 'spec', message, { pointer })
  for (const { pointer, message } of openApi.document.repairs.list())
    if (atPath.test(pointer) && !broken.some((one) => one.pointer === pointer))
      report.add('spec-not-readable', 'spec', message, { pointer })
  if (openApi.schemas.isCut)
    report.add('spec-reference', 'spec', 'the schemas have more than 100000 parts when their references are followed')
  return {
    document,
    version: openApi.version === '3.1' ? '3.1' : '3.0',
    servers: listOfAny(document.servers).map((server) => String(objectOf(server).url ?? '')),
    basePath: basePathOf(document),
    operations,
  }
}

const places = ['path', 'query', 'header', 'cookie']

function toOperation(operation: Operation, openApi: OpenApi): SpecOperation {
  const { schemas } = openApi
  const { parameters, responses, security } = operation
  const body = readBody(operation, schemas)
  const sent = parameters.filter(({ place }) => places.includes(place))
  const fields = sent.map((one) => toField(one, schemas))
  return {
    ...operation,
    ...body,
    id: idOf(operation),
    fields: [...fields, ...body.fields],
    inputs: fields.filter(isSent).map((field) => ({ ...field, examples: examplesOf(field, sent) })),
    responses: Object.fromEntries(
      responses.map(({ status, contents }) => [
        status,
        {
          contents: contents.map(({ type, schema, pointer }) => ({
            type,
            schema: schema === undefined ? undefined : schemas.read(schema, pointer, 'response'),
          })),
        },
      ]),
    ),
    isProtected: needsCredentials(security),
    links: linksOf(operation, openApi),
  }
}

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
  schemas: OpenApi['schemas'],
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
    node: one.content.node,
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
