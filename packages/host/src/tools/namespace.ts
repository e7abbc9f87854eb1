import { listOfAny, objectOf, type PluginDocument, pairsOf, plainText, type Schema } from '@reference-plugins/reader'

/** A plugin as ChatGPT showed it to its model: its operations as TypeScript types, in one namespace. */
export function toNamespace({ name, descriptionForModel, operations }: PluginDocument): string {
  const lines = [...comment(descriptionForModel), `namespace ${name} {`, '']
  for (const operation of operations) {
    lines.push(...comment(operation.description))
    const members = membersOf(operation.input)
    lines.push(
      members.length === 0
        ? `type ${operation.name} = () => any;`
        : [`type ${operation.name} = (_: {`, ...members, '}) => any;'].join('\n'),
      '',
    )
  }
  return [...lines, `} // namespace ${name}`].join('\n')
}

function membersOf(schema: Schema): string[] {
  const required = listOfAny(schema.required)
  return pairsOf(schema.properties).flatMap(([name, one]) => [
    ...comment(objectOf(one).description),
    `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(objectOf(one))},`,
  ])
}

function typeOf(schema: Schema): string {
  if (Array.isArray(schema.anyOf)) return [...new Set((schema.anyOf as Schema[]).map(typeOf))].join(' | ')
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'array': {
      const items = typeOf(objectOf(schema.items))
      return /[ |]/.test(items) ? `Array<${items}>` : `${items}[]`
    }
    case 'object': {
      const members = membersOf(schema)
      if (members.length > 0) return `{\n${members.join('\n')}\n}`
      const values = objectOf(schema.additionalProperties)
      return `Record<string, ${Object.keys(values).length > 0 ? typeOf(values) : 'any'}>`
    }
    default:
      return 'any'
  }
}

/** Each line is a comment of its own, so that no text can end it. */
const comment = (text: unknown): string[] =>
  plainText(text, 8_000)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `// ${line}`)
