import type { Inputs } from '../flat/inputs.ts'
import type { SchemaSimplifier } from '../flat/simple-schema.ts'
import type { Field, Schema } from '../plugin-document.ts'
import { isObject, isTrue, listOfAny, memberOf, objectOf, pairsOf, step, wordOf } from '../text/members.ts'
import { plainText, quote } from '../text/plain-text.ts'
import type { Repairs } from '../text/repairs.ts'
import type { References } from './references.ts'

export interface Parameter {
  name: string
  place: string
  node: Schema
  pointer: string
}

/** The host sets these itself, or nobody may. */
const hidden =
  /^(openai-.*|x-openai-.*|accept(-.*)?|content-.*|host|authorization|proxy-.*|sec-.*|cookie2?|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|via|origin|referer|user-agent|date|forwarded|x-forwarded-.*|x-real-ip)$/i

/** The parameters of an operation and of its path; where two have one name and place, the operation's counts. */
export function readParameters(
  references: References,
  repairs: Repairs,
  lists: { list: unknown; pointer: string }[],
): Parameter[] {
  const found = new Map<string, Parameter>()
  for (const { list, pointer } of lists)
    for (const [index, given] of listOfAny(list).slice(0, 200).entries()) {
      const at = step(pointer, index)
      const { value } = references.follow(given, at)
      if (!isObject(value)) continue
      const name = wordOf(value.name)
      if (name === '' || name.length > 200) {
        repairs.add(at, 'A parameter without a name was left out.')
        continue
      }
      const place = value.in === undefined ? 'query' : wordOf(value.in).toLowerCase()
      if (value.in === undefined) repairs.add(at, `It is not said where ${quote(name)} goes; query is assumed.`)
      found.set(`${place} ${name}`, { name, place, node: value, pointer: at })
    }
  return [...found.values()]
}

/** Adds those that go in the path, the query or a header. What is in the body is left to the body. */
export function addParameter(
  { name, place, node, pointer }: Parameter,
  inPath: ReadonlySet<string>,
  inputs: Inputs,
  simplifier: SchemaSimplifier,
  repairs: Repairs,
): void {
  if (place === 'cookie') return void repairs.add(pointer, `The cookie ${quote(name)} is not sent.`)
  if (place === 'header' && (hidden.test(name) || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))) return
  let target = place as Field['place']
  if (place === 'path' && !inPath.has(name)) {
    repairs.add(pointer, `{${name}} is not in the path; the input goes into the query.`)
    target = 'query'
  } else if (!['path', 'query', 'header'].includes(place)) {
    repairs.add(pointer, `${quote(place)} is no place for a parameter; query is assumed.`)
    target = 'query'
  }
  const content = Object.entries(objectOf(node.content))[0]
  const simplified = simplifier.simplify(
    content ? memberOf(content[1], 'schema') : parameterSchema(node, pointer, repairs),
    step(pointer, 'schema'),
  )
  const { isRequired } = simplified
  const isAnything = !['type', 'enum', 'anyOf'].some((word) => word in simplified.schema)
  // Whatever goes into an address is text in the end.
  const schema: Schema = isAnything && !content ? { type: 'string', ...simplified.schema } : simplified.schema
  const description = plainText(node.description, 700)
  const field: Omit<Field, 'name'> = { place: target, wireName: name }
  Object.assign(field, wireForm(node, schema, target, content !== undefined))
  inputs.add(
    field,
    description === '' ? schema : { ...schema, description },
    target === 'path' || isTrue(node.required) || isRequired,
    pointer,
  )
}

/** Swagger 2 has the words of the schema in the parameter itself, and so have careless people. */
export function parameterSchema(node: Schema, pointer: string, repairs: Repairs): unknown {
  if (node.schema !== undefined) return node.schema
  const words = pairsOf(node).filter(
    ([word]) => !['name', 'in', 'required', 'style', 'explode', 'description', 'collectionFormat'].includes(word),
  )
  if (words.length > 0 && !('type' in node))
    repairs.add(pointer, 'The parameter has no schema; what stands in it was taken.')
  return words.length > 0 ? Object.fromEntries(words) : { type: 'string' }
}

/** How lists and objects are written: by `style` and `explode` of OpenAPI 3 or `collectionFormat` of Swagger 2. */
function wireForm(node: Schema, schema: Schema, place: Field['place'], isJson: boolean): Partial<Field> {
  if (isJson) return { object: 'json' }
  const style = wordOf(node.style)
  const format = wordOf(node.collectionFormat)
  const branches = Array.isArray(schema.anyOf) ? (schema.anyOf as Schema[]) : [schema]
  const form: Partial<Field> = {}
  if (branches.some((one) => one.type === 'array')) {
    if (style === 'spaceDelimited' || format === 'ssv') form.list = 'space'
    else if (style === 'pipeDelimited' || format === 'pipes') form.list = 'bar'
    else if (place !== 'query' || style === 'simple' || node.explode === false || format === 'csv') form.list = 'comma'
    else form.list = node.schema === undefined && node.type !== undefined && format !== 'multi' ? 'comma' : 'repeated'
  }
  if (branches.some((one) => one.type === 'object')) {
    if (style === 'deepObject') form.object = 'brackets'
    else form.object = place === 'query' && style !== 'simple' && node.explode !== false ? 'members' : 'json'
  }
  return form
}
