import { formsOf, listOfAny, memberOf, objectOf, pairsOf, type Schema } from '@reference-plugins/reader'
import type { HttpOperation, Part } from './input.ts'
import { oneForm } from './value.ts'

const mostFlattened = 12
const deepest = 2
const scalars = ['string', 'number', 'integer', 'boolean']
const joins = { comma: ',', space: ' ', bar: '|', tab: '\t', repeated: undefined }

export interface Parts {
  parts: Part[]
  /** What cannot be sent and need not be. */
  comments: string[]
}

/**
 * The inputs of an operation, flat: an object whose members are scalars or lists of them becomes its members. Any other
 * object is one part, which becomes JSON.
 * @returns why not, where the operation cannot be called without something that cannot be an input
 */
export function readParts({ target, input }: HttpOperation, secrets: ReadonlySet<string>): Parts | { refused: string } {
  const required = listOfAny(input.required)
  const parts: Part[] = []
  const comments: string[] = []
  const isForm = /form/.test(target.body?.mediaType ?? '')
  for (const field of target.fields) {
    if (secrets.has(secretKey(field.place, field.wireName))) {
      comments.push(`Not an input: ${field.wireName}, because it is a secret. The client sends it.`)
      continue
    }
    const schema = objectOf(memberOf(input.properties, field.name))
    const isRequired = required.includes(field.name)
    const fault = faultOf(field, schema, target.body)
    // An upload without its file is of no use.
    if (fault && (isRequired || field.place === 'body')) return { refused: `its input ${field.wireName} ${fault}` }
    if (fault) {
      comments.push(`Not sent: ${field.wireName}, because it ${fault.split(':')[0]}.`)
      continue
    }
    const isWhole = target.body?.whole === field.name
    const part: Part = {
      field,
      wire: isWhole ? [] : [field.wireName],
      // Of two inputs with one name the reader has renamed the second.
      label: isIdentifier(field.wireName) ? field.name : field.wireName,
      schema,
      isRequired,
      written: undefined,
    }
    if (field.place === 'body') {
      const inner = isForm || isWhole ? undefined : flattened(part, 1)
      const join = target.body?.parts?.[field.wireName]?.list
      parts.push(
        ...(inner ?? [
          { ...part, written: join ? { join: joins[join] } : isForm && !isFlat(schema) ? 'json' : undefined },
        ]),
      )
      continue
    }
    const members = field.object === 'brackets' || field.object === 'members' ? flattened(part, deepest) : undefined
    if (members)
      parts.push(
        ...members.map((one) => {
          const [first = '', ...inner] = one.wire
          const last = inner.at(-1) ?? first
          if (field.object === 'members') return { ...one, wire: [last], label: last }
          return { ...one, wire: [`${first}${inner.map((name) => `[${name}]`).join('')}`] }
        }),
      )
    else {
      const join = field.list && isList(schema) ? joins[field.list] : undefined
      // The path and a header take one text.
      const one = isList(schema) && field.place !== 'query' ? (join ?? ',') : join
      parts.push({ ...part, written: !isFlat(schema) ? 'json' : one === undefined ? undefined : { join: one } })
    }
  }
  return { parts, comments }
}

const isIdentifier = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_]*$/.test(name)

/** How a secret is known by its place and name. */
export const secretKey = (place: string, name: string): string => `${place} ${name.toLowerCase()}`

/** Why something cannot be an input, with what to do. */
function faultOf(field: Part['field'], schema: Schema, body: HttpOperation['target']['body']): string | undefined {
  if (field.place === 'cookie') return 'is a cookie'
  if (field.prefix) return 'is written in the path with a prefix: write the path by hand'
  if (field.file || formsOf(schema).some(({ format }) => format === 'binary'))
    return 'is a file: give the plugin a mount that takes uploads, or an input for the address of the file'
  if (field.place !== 'body' && (field.object === 'pairs' || field.object === 'equals') && !isFlat(schema))
    return 'is an object in a style that few APIs know: write it by hand'
  if (field.name === body?.whole && !/json$/.test(body.mediaType))
    return `of type ${body.mediaType} is not an object: give the operation an input for the text, and send it by hand`
  return undefined
}

const isList = (schema: Schema): boolean => oneForm(schema)?.type === 'array'

/** Whether it is a scalar or a list of scalars. */
export function isFlat(schema: Schema): boolean {
  const form = oneForm(schema)
  const item = form?.type === 'array' ? oneForm(objectOf(form.items)) : form
  return scalars.includes(String(item?.type))
}

/** The members of an object as parts of their own; undefined where one of them is not flat, or there are many. */
function flattened(part: Part, depth: number): Part[] | undefined {
  const forms = formsOf(part.schema).filter(({ type }) => type !== 'null')
  const [form] = forms
  const members = pairsOf(form?.properties)
  if (forms.length !== 1 || form?.type !== 'object' || members.length === 0 || members.length > mostFlattened)
    return undefined
  const required = listOfAny(form.required)
  const parts: Part[] = []
  for (const [name, given] of members) {
    const schema = objectOf(given)
    const isRequired = part.isRequired && required.includes(name)
    const one: Part = { ...part, wire: [...part.wire, name], label: `${part.label}_${name}`, schema, isRequired }
    if (isFlat(schema)) parts.push(one)
    else {
      const inner = depth < deepest ? flattened(one, depth + 1) : undefined
      if (!inner) return undefined
      parts.push(...inner)
    }
  }
  return parts.length <= mostFlattened ? parts : undefined
}
