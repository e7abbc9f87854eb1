import type { Field } from '../plugin-document.ts'
import { isObject, isTrue, listOfAny, objectOf, pairsOf, type Schema, step, wordOf } from '../text/members.ts'
import { quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { FoundOperation } from './paths.ts'
import type { SpecDocument } from './spec-document.ts'

/** One parameter of an operation or of its path. */
export interface Parameter {
  name: string
  /** `path`, `query`, `header` or `cookie`; `body` or `formdata` in Swagger 2; whatever else the spec says. */
  place: string
  isRequired: boolean
  description: unknown
  /** As the spec has it, its references not followed. */
  schema: unknown
  schemaPointer: string
  /** The media type of the value, where the spec gives `content` instead of a schema. */
  mediaType: string | undefined
  /** `style` of OpenAPI 3, its default included; `tabDelimited` stands for the `tsv` of Swagger 2. */
  style: string
  explode: boolean
  node: Schema
  pointer: string
}

/** The parameters of an operation and of its path; of two with the same name and place, the operation's counts. */
export function readParameters({ node, item, pointer }: FoundOperation, document: SpecDocument) {
  const found = new Map<string, Parameter>()
  for (const [list, place] of [
    [item.parameters, step(pointer.slice(0, pointer.lastIndexOf('/')), 'parameters')],
    [node.parameters, step(pointer, 'parameters')],
  ] as const)
    for (const [index, given] of listOfAny(list).slice(0, 200).entries()) {
      const at = step(place, index)
      const { value } = document.follow(given, at)
      const parameter = isObject(value) ? toParameter(value, at, document.repairs) : undefined
      if (parameter) found.set(`${parameter.place} ${parameter.name}`, parameter)
    }
  return [...found.values()]
}

function toParameter(node: Schema, pointer: string, repairs: Repairs): Parameter | undefined {
  const name = wordOf(node.name)
  if (name === '' || name.length > 200) return void repairs.add(pointer, 'A parameter has no name and was left out.')
  const place = node.in === undefined ? 'query' : wordOf(node.in).toLowerCase()
  if (node.in === undefined) repairs.add(pointer, `${quote(name)} has no "in"; query is assumed.`)
  const [mediaType, content] = pairsOf(node.content)[0] ?? []
  return {
    name,
    place,
    isRequired: isTrue(node.required),
    description: node.description,
    schema: mediaType === undefined ? schemaOf(node, pointer, repairs) : objectOf(content).schema,
    schemaPointer: step(pointer, 'schema'),
    mediaType,
    ...styleOf(node, place),
    node,
    pointer,
  }
}

const besideSchema = ['name', 'in', 'required', 'style', 'explode', 'description', 'collectionFormat']

/** Swagger 2 has the words of the schema in the parameter itself, and so do some specs of OpenAPI 3. */
function schemaOf(node: Schema, pointer: string, repairs: Repairs): unknown {
  if (node.schema !== undefined) return node.schema
  const words = pairsOf(node).filter(([word]) => !besideSchema.includes(word))
  if (words.length > 0 && !('type' in node))
    repairs.add(pointer, 'The parameter has no schema; the schema words beside it are used.')
  return words.length > 0 ? Object.fromEntries(words) : { type: 'string' }
}

const swaggerStyles: Record<string, [style: string, explode: boolean]> = {
  csv: ['simple', false],
  multi: ['form', true],
  ssv: ['spaceDelimited', false],
  pipes: ['pipeDelimited', false],
  tsv: ['tabDelimited', false],
}

const delimited = ['simple', 'label', 'matrix', 'spaceDelimited', 'pipeDelimited', 'tabDelimited']

function styleOf(node: Schema, place: string): { style: string; explode: boolean } {
  const format = wordOf(node.collectionFormat)
  // Swagger 2: the default of collectionFormat is csv.
  const isSwagger = node.schema === undefined && node.type !== undefined && node.type !== 'object'
  const known = Object.hasOwn(swaggerStyles, format) ? swaggerStyles[format] : isSwagger ? swaggerStyles.csv : undefined
  const style = wordOf(node.style) || (known?.[0] ?? (place === 'path' || place === 'header' ? 'simple' : 'form'))
  return {
    style,
    explode: typeof node.explode === 'boolean' ? node.explode : (known?.[1] ?? !delimited.includes(style)),
  }
}

/** How lists and objects are written into the request. `schema` says whether the value may be one. */
export function wireForm({ place, style, explode, mediaType }: Parameter, schema: Schema): Partial<Field> {
  if (mediaType !== undefined) return { object: 'json' }
  const isQuery = place !== 'path' && place !== 'header'
  const form: Partial<Field> = place === 'path' && (style === 'label' || style === 'matrix') ? { prefix: style } : {}
  if (mayBe(schema, 'array')) {
    if (style === 'spaceDelimited') form.list = 'space'
    else if (style === 'pipeDelimited') form.list = 'bar'
    else if (style === 'tabDelimited') form.list = 'tab'
    else form.list = explode && (form.prefix || (isQuery && style !== 'simple')) ? 'repeated' : 'comma'
  }
  if (mayBe(schema, 'object')) {
    if (style === 'deepObject') form.object = 'brackets'
    else if (isQuery && style !== 'simple') form.object = explode ? 'members' : 'pairs'
    else form.object = explode ? 'equals' : 'pairs'
  }
  return form
}

const mayBe = (schema: Schema, type: string): boolean =>
  schema.type === type ||
  listOfAny(schema.type).includes(type) ||
  [schema.anyOf, schema.oneOf, schema.allOf].some((list) => listOfAny(list).some((one) => mayBe(objectOf(one), type)))
