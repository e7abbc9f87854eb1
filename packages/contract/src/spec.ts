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
  type SignInNeed,
  schemesOf,
  signInOf,
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

/** One operation of a spec, with every reference in its schemas replaced by what it refers to. */
export interface SpecOperation extends Omit<Operation, 'id' | 'body' | 'responses'> {
  id: string
  fields: Field[]
  /** The whole schema of the body. Undefined where the spec describes no body of JSON. */
  bodySchema: Schema | undefined
  /** How the body is sent; `whole` names the field that is the whole body. */
  body: { mediaType: string; whole?: string } | undefined
  /** The media types of a body that is required and that the tester cannot make. */
  unsendable: string | undefined
  /** By status, `default` included. */
  responses: Record<string, { contents: { type: string; schema: Schema | undefined }[] }>
  isProtected: boolean
  /** The ways to sign in that the spec names; one is enough, and each takes all of its schemes. */
  signIn: SignInNeed[][]
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
  const { schemes } = schemesOf(openApi.document)
  const operations = openApi.operations.map((operation) => ({
    ...toOperation(operation, openApi),
    signIn: signInOf({ security: operation.security }, {}, schemes) ?? [],
  }))
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

function toOperation(operation: Operation, { schemas }: OpenApi): Omit<SpecOperation, 'signIn'> {
  const { id, method, path, parameters, responses, security } = operation
  const body = readBody(operation, schemas)
  const sent = parameters.filter(({ place }) => places.includes(place))
  return {
    ...operation,
    ...body,
    id: id ?? `${method.toLowerCase()} ${path}`,
    fields: [...sent.map((one) => toField(one, schemas)), ...body.fields],
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
  }
}

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

/** The body, and a field for each of its members, or one for all of it. */
function readBody(
  { body }: Operation,
  schemas: OpenApi['schemas'],
): Pick<SpecOperation, 'fields' | 'bodySchema' | 'body' | 'unsendable'> {
  const chosen = body && chooseContent(body.contents)
  if (!chosen) {
    const unsendable = body?.isRequired ? body.contents.map(({ type }) => type).join(', ') : undefined
    return { fields: [], bodySchema: undefined, body: undefined, unsendable }
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
  const read = { bodySchema: isJson ? schema : undefined, unsendable: undefined }
  const { properties, required } = membersOf(schema)
  const isObject =
    properties.length > 0 ||
    (isJson && !schema.anyOf && !schema.oneOf && [undefined, 'object'].includes(schema.type as string))
  if (!hasNamedMembers(mediaType) || !isObject) {
    const whole = toBodyField('body', body.isRequired, isJson ? schema : { type: 'string', ...schema })
    return { ...read, fields: [whole], body: { mediaType, whole: 'body' } }
  }
  const fields = properties
    .filter(([, one]) => one.readOnly !== true)
    .map(([name, one]) => toBodyField(name, required.includes(name), one))
  return { ...read, fields, body: { mediaType } }
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
