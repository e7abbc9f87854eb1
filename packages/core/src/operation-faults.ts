import { z } from 'zod'
import { longestPatience } from './acting/answer-or-task.ts'
import { describeAction } from './acting/words.ts'
import { longestBody } from './body.ts'
import { corePaths } from './core-paths.ts'
import type { Operation } from './operation.ts'
import type { Plugin, PluginOperation } from './plugin.ts'
import { inputSchema, type JsonSchema, miscountedTexts } from './schema.ts'

// JSON Schema validators look names up in plain objects, and every object has these.
const reserved = [...Object.getOwnPropertyNames(Object.prototype), 'prototype']
// They break lines or make a YAML parser fail.
const controls = /[\x7f-\x9f\u2028\u2029]|\\u00[01]/
// Their format limits their length.
const boundedFormats = ['date', 'date-time', 'time', 'uuid', 'ipv4', 'ipv6']
// Some clients write each character outside ASCII as two \uXXXX escapes.
const bytesOfCharacter = 12
const longestChoice = 8
// GPT Actions reads no more.
const longestDescription = 300
const scalars = ['string', 'number', 'integer', 'boolean']

/** What an operation that acts lacks. */
export function actingFaults(
  operation: PluginOperation,
  { operations, actions }: Pick<Plugin, 'operations' | 'actions'>,
): string[] {
  const { once, confirm, unasked, quote, undo, taskAfter, input, effects } = operation
  const known = new Set(operations.map(({ id }) => id))
  const steps = [
    { member: 'quote', id: quote },
    { member: 'undo', id: undo?.quote },
    { member: 'undo', id: undo?.by },
  ].filter(({ id }) => id !== undefined && !known.has(id))
  const described = describeAction(operation).length
  const unknown = unasked === 'refuse' ? [] : unasked.filter((name) => !Object.hasOwn(input.shape, name))
  return [
    ...(once && !actions ? ['it acts once, so the plugin needs `database`, opened with actionMigrations'] : []),
    ...(once && effects.readOnly ? ['a GET changes nothing, so it needs no `once`'] : []),
    ...(confirm && !once ? ['it is confirmed, so it needs `once`: a confirmation is for one call'] : []),
    ...(confirm && !operation.consequential ? ['it is confirmed, so it cannot have `consequential: false`'] : []),
    ...(described > longestDescription
      ? [`its description has ${described} characters with what core adds; at most ${longestDescription} are read`]
      : []),
    ...steps.map(({ member, id }) => `${member} names ${id}, and there is no such operation`),
    ...(quote !== undefined && quote === operation.id ? ['it is its own quote'] : []),
    ...(taskAfter !== undefined && once !== 'resume' ? ["a call that becomes a task needs `once: 'resume'`"] : []),
    ...(taskAfter !== undefined && !(taskAfter >= 0 && taskAfter <= longestPatience)
      ? [`taskAfter is ${taskAfter}: it must be 0 to ${longestPatience} seconds`]
      : []),
    ...unknown.map((name) => `unasked names ${name}, and there is no such input`),
  ]
}

/** Everything in one operation that some assistant would refuse or misread. */
export function operationFaults(operation: PluginOperation): string[] {
  const faults: string[] = []
  // Azure AI Foundry refuses digits; FastMCP and Bedrock split at two underscores; some model APIs stop at 64, minus a prefix.
  if (!/^[A-Za-z]{1,40}$/.test(operation.id)) faults.push('its name must be 1 to 40 letters')
  for (const member of ['summary', 'description'] as const) {
    const { length } = operation[member]
    if (length === 0 || length > 200) faults.push(`its ${member} has ${length} characters; 1 to 200 are allowed`)
  }
  if (!/^\/[A-Za-z0-9._~-]+(\/([A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9_]*\}))*$/.test(operation.path))
    faults.push(`the path ${operation.path} must begin with a plain segment, followed by plain segments and {names}`)
  const names = Array.from(operation.path.matchAll(/\{([^}]*)\}/g), ([, name]) => name)
  if (new Set(names).size < names.length) faults.push(`the path ${operation.path} contains a name twice`)
  if (corePaths.includes(operation.path.split('/')[1] as string))
    faults.push(`the path ${operation.path} is used by core: use another`)
  const miscounted = miscountedTexts(operation.input)
  const { properties, required = [] } = inputSchema(operation.input, '3.1.0')
  for (const { name, place } of operation.fields) {
    faults.push(...fieldFaults(properties[name] ?? {}).map((fault) => `the input ${name} ${fault}`))
    if (miscounted.includes(name))
      faults.push(`the input ${name} counts an emoji as two characters: use text(length) instead of z.string()`)
    const { default: ownDefault } = properties[name] ?? {}
    if (ownDefault !== undefined && !operation.input.shape[name]?.safeParse(ownDefault).success)
      faults.push(`the input ${name} has a default that its own schema refuses`)
    if (reserved.includes(name)) faults.push(`the input ${name} must have another name`)
    if (place === 'path' && !required.includes(name))
      faults.push(`the input ${name} is in the path, so it cannot be optional`)
    if (place === 'path' && properties[name]?.type === 'array')
      faults.push(`the input ${name} is in the path, so it cannot be a list`)
  }
  const body = operation.fields.filter(({ place }) => place === 'body').map(({ name }) => properties[name] ?? {})
  const bytes = body.reduce((sum, schema) => sum + longestText(schema) * bytesOfCharacter, 0)
  if (bytes > longestBody)
    faults.push(`its inputs may have ${bytes} bytes as JSON, and a body at most ${longestBody}: lower their limits`)
  return faults
}

/** The most characters that a value may have. */
function longestText({ type, maxLength, maxItems, items }: JsonSchema): number {
  if (type === 'array') return Number(maxItems ?? 0) * longestText((items ?? {}) as JsonSchema)
  return type === 'string' ? Number(maxLength ?? 0) : 0
}

/** JSON has no dates, sets or big integers, so zod writes no schema for them. */
export const schemaFaults = (operation: Operation): string[] =>
  (['input', 'output'] as const).flatMap((side) =>
    Object.entries(operation[side].shape).flatMap(([name, schema]) => {
      try {
        const written = JSON.stringify(z.toJSONSchema(schema, { io: side }))
        return controls.test(written) ? [`the ${side} ${name} contains a control character`] : []
      } catch {
        return [`the ${side} ${name} has a type that JSON does not have: use text, numbers, booleans, lists or objects`]
      }
    }),
  )

function fieldFaults(schema: JsonSchema): string[] {
  const faults: string[] = []
  const description = typeof schema.description === 'string' ? schema.description : ''
  if (description.length === 0 || description.length > 200) faults.push('needs a describe() of 1 to 200 characters')
  const { enum: choice = [] } = (schema.items ?? schema) as { enum?: unknown[] }
  // Some assistants ignore enums.
  const unlisted = choice.length > longestChoice ? [] : choice.filter((value) => !description.includes(String(value)))
  if (unlisted.length > 0) faults.push(`must list in its description the values ${unlisted.join(', ')}`)
  if (schema.type === 'array') {
    if (schema.maxItems === undefined) faults.push('has no limit: add max()')
    return [...faults, ...valueFaults((schema.items ?? {}) as JsonSchema)]
  }
  return [...faults, ...valueFaults(schema)]
}

function valueFaults(schema: JsonSchema): string[] {
  if (!scalars.includes(schema.type as string))
    return [
      `has the type ${JSON.stringify(schema.type) ?? 'of several'}; only ${scalars.join(', ')} and lists of them are read everywhere`,
    ]
  if (schema.type !== 'string' || schema.enum || schema.const) return []
  if (schema.maxLength === undefined && !boundedFormats.includes(String(schema.format)))
    return ['has no limit: use text(length) instead of z.string(), or max(length)']
  return []
}
