import { z } from 'zod'

export type JsonSchema = { [member: string]: unknown }
export type SpecVersion = '3.1.0' | '3.0.3'

/**
 * The JSON Schema of an input: one flat object, every reference inlined.
 * Written in the subset that all known readers of plugins accept; see docs/openapi-subset.md.
 */
export const inputSchema = (input: z.ZodObject, version: SpecVersion) =>
  toJsonSchema(input, version, 'input') as { properties: Record<string, JsonSchema>; required?: string[] }

/** The inputs whose length zod counts in UTF-16 units, although the published schema means characters. */
export function miscountedTexts(input: z.ZodObject): string[] {
  const names: string[] = []
  z.toJSONSchema(input, {
    io: 'input',
    override: ({ zodSchema, path }) => {
      const checks = ('checks' in zodSchema._zod.def ? zodSchema._zod.def.checks : undefined) ?? []
      const isText = zodSchema._zod.def.type === 'string'
      if (isText && checks.some(({ _zod }) => /^(max_length|min_length|length_equals)$/.test(_zod.def.check)))
        names.push(String(path[1]))
    },
  })
  return names
}

/** The JSON Schema of an output. Schemas with an id are added to `definitions` and referred to. */
export function outputSchema(
  output: z.ZodType,
  version: SpecVersion,
  definitions: Record<string, JsonSchema>,
): JsonSchema {
  // Zod's name for it depends on the draft: `$defs` for 3.1, `definitions` for 3.0.
  const { $defs, definitions: olderDefs, id, ...schema } = toJsonSchema(output, version, 'output')
  const inner = { ...($defs as object), ...(olderDefs as object) }
  for (const [name, { id: _, ...definition }] of Object.entries<JsonSchema>(inner))
    definitions[name] = relocate(definition) as JsonSchema
  const name = output.meta()?.id
  if (name === undefined) return relocate(schema) as JsonSchema
  definitions[name] ??= relocate(schema) as JsonSchema
  return { $ref: `#/components/schemas/${name}` }
}

function toJsonSchema(schema: z.ZodType, version: SpecVersion, io: 'input' | 'output'): JsonSchema {
  const written = z.toJSONSchema(schema, {
    target: version === '3.1.0' ? 'draft-2020-12' : 'openapi-3.0',
    io,
    reused: 'inline',
    override: ({ jsonSchema }) => {
      // A member that is added later must not break clients of today's schema.
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      // The format says the same in one word; zod's patterns are long and cost the model tokens.
      if (jsonSchema.format && jsonSchema.pattern) delete jsonSchema.pattern
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (io === 'input') delete jsonSchema.id
    },
  })
  const { $schema, '~standard': _, ...result } = written
  return result
}

/** Points references into `components.schemas`, where OpenAPI has its definitions. */
function relocate(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(relocate)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' ? String(value).replace(/^#\/(\$defs|definitions)\//, '#/components/schemas/') : relocate(value),
    ]),
  )
}

/** The same schema without references, as model APIs require. A schema that refers to itself ends in one that accepts anything. */
export function inlined(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema {
  const walk = (node: unknown, open: readonly string[]): unknown => {
    if (Array.isArray(node)) return node.map((one) => walk(one, open))
    if (node === null || typeof node !== 'object') return node
    const { $ref, ...rest } = node as JsonSchema
    if (typeof $ref !== 'string')
      return Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, walk(value, open)]))
    const name = $ref.slice($ref.lastIndexOf('/') + 1)
    if (open.includes(name)) return rest
    return { ...(walk(definitions[name], [...open, name]) as JsonSchema), ...rest }
  }
  return walk(schema, []) as JsonSchema
}
