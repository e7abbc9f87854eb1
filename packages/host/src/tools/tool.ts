import {
  anthropic,
  type DocumentOperation,
  isObject,
  objectOf,
  openai,
  type Schema,
  shortHash,
} from '@reference-plugins/reader'
import { toSentences } from '../sentences.ts'
import { Representation } from './strict-schema.ts'

/** Whose strict function calling a tool is made for. */
export type ToolStyle = keyof typeof subsets

/** What a model gets of an operation. */
export interface Tool {
  /** At most 64 of letters, digits, `_` and `-`; unique where the names of the plugins are. */
  name: string
  description: string
  parameters: Schema
  /** Whether strict function calling supports `parameters`. */
  strict: boolean
}

const longestName = 64
const subsets = { openai, anthropic }
const made = new WeakMap<DocumentOperation, Partial<Record<ToolStyle, Representation>>>()

export function toTool(plugin: { name: string }, operation: DocumentOperation, style: ToolStyle = 'openai'): Tool {
  const { schema, isStrict } = representationOf(operation, style)
  return {
    name: toolName(plugin.name, operation.name),
    description: operation.description,
    parameters: schema,
    strict: isStrict,
  }
}

/** `PLUGIN__OPERATION`; what is too long for a model ends with a hash of the whole. */
export function toolName(plugin: string, operation: string): string {
  const name = `${/^[A-Za-z_]/.test(plugin) ? '' : 'p_'}${plugin}__${operation}`
  // With two underscores in a row it is unclear where the name of the plugin ends: a__b__c.
  const isClear = !/__|_$|^p_\d/.test(plugin) && !operation.startsWith('_')
  if (name.length <= longestName && isClear && /^[\w-]+$/.test(name)) return name
  const fit = name.replaceAll(/[^\w-]+/g, '_')
  return `${fit.slice(0, longestName - 9)}_${shortHash(`${plugin}\n${operation}`)}`
}

/** The arguments of a model in the form of the operation's input: the reverse of what `Representation` did. */
export function fromStrict(operation: DocumentOperation, given: unknown, style: ToolStyle = 'openai'): unknown {
  return isObject(given) ? representationOf(operation, style).decode(given) : given
}

function representationOf(operation: DocumentOperation, style: ToolStyle): Representation {
  const known = made.get(operation) ?? {}
  made.set(operation, known)
  const { target } = operation
  known[style] ??= new Representation(
    withFileHints(operation),
    subsets[style],
    target.kind === 'http' && target.method === 'PATCH',
  )
  return known[style]
}

const fileHint = 'A file: its text, or a data URL in base64 such as data:image/png;name=cat.png;base64,AAAA'

/** The input, where each file says what a model can give for it. */
function withFileHints({ input, target }: DocumentOperation): Schema {
  const files = target.kind === 'http' ? target.fields.filter(({ file }) => file !== undefined) : []
  const properties = objectOf(input.properties)
  const hinted = files.map(({ name }) => {
    const { description = '', ...schema } = objectOf(properties[name])
    return [name, { description: toSentences([String(description), fileHint]), ...schema }]
  })
  return hinted.length === 0 ? input : { ...input, properties: { ...properties, ...Object.fromEntries(hinted) } }
}
