import { quoted } from '../files/text.ts'
import type { ObjectShape, Shape } from './shape.ts'

const plain: Record<string, string> = {
  text: 'z.string()',
  int: 'z.int()',
  int64: 'int64',
  number: 'z.number()',
  boolean: 'z.boolean()',
  null: 'z.null()',
  any: 'z.unknown()',
}

/** The zod schema of a shape, as code. */
export function codeOf(shape: Shape): string {
  if (shape.kind === 'named') return shape.name
  if (shape.kind === 'list') return `z.array(${codeOf(shape.item)})`
  if (shape.kind === 'map') return `z.record(z.string(), ${codeOf(shape.value)})`
  if (shape.kind === 'nullable') return `${codeOf(shape.inner)}.nullable()`
  if (shape.kind === 'union') return `z.union([${shape.options.map(codeOf).join(', ')}])`
  if (shape.kind === 'object') return `z.object({\n${membersCode(shape)}})`
  return plain[shape.kind] ?? 'z.unknown()'
}

/** The members of an object, a line each, with what the plugin leaves out as comments. */
export function membersCode({ members, leftOut }: ObjectShape): string {
  const lines = members.map(({ name, shape, isRequired, description, length }) => {
    const code = `${codeOf(shape)}${isRequired ? '' : '.optional()'}`
    const comments = [
      ...reasonsIn(shape),
      ...(length === undefined ? [] : [`The description is cut: the spec has ${length} characters.`]),
    ].map((comment) => `// ${comment}\n`)
    const described = description === '' ? '' : `.describe(${quoted(description)})`
    return `${comments.join('')}${propertyName(name)}: ${code}${described},\n`
  })
  const rest = leftOut.length === 0 ? '' : `// Left out: ${listed(leftOut)}.\n`
  return lines.join('') + rest
}

/** Why nothing is known of parts of a member. */
function reasonsIn(shape: Shape): string[] {
  if (shape.kind === 'any') return shape.why === undefined ? [] : [`${shape.why}, so any value is passed on.`]
  if (shape.kind === 'list') return reasonsIn(shape.item)
  if (shape.kind === 'map') return reasonsIn(shape.value)
  if (shape.kind === 'nullable') return reasonsIn(shape.inner)
  return shape.kind === 'union' ? [...new Set(shape.options.flatMap(reasonsIn))] : []
}

export const propertyName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name))

export const listed = (names: readonly string[], most = 12): string => {
  const shown = names.slice(0, most).join(', ').replaceAll(/\s+/g, ' ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
