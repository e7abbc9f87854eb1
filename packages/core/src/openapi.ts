import { TaskDocument } from './acting/task-document.ts'
import { describeAction } from './acting/words.ts'
import { httpOperations, type Plugin, type PluginOperation } from './plugin.ts'
import { ProblemDocument, problemType } from './problem.ts'
import { inputSchema, type JsonSchema, outputSchema, type SpecVersion } from './schema.ts'

export interface Spec {
  openapi: SpecVersion
  info: { title: string; description: string; version: string; contact: { email: string } }
  servers: [{ url: string }]
  tags: [{ name: string; description: string }]
  security?: Record<string, string[]>[]
  paths: Record<string, Record<string, JsonSchema>>
  components: { schemas: Record<string, JsonSchema>; securitySchemes?: JsonSchema }
}

/**
 * The OpenAPI document, in the subset that every known reader accepts: one absolute server, flat inlined inputs,
 * only the responses 200 and `default`, one security scheme. See docs/openapi-subset.md.
 */
export function toSpec(plugin: Plugin, publicUrl: string, version: SpecVersion): Spec {
  const schemas: Record<string, JsonSchema> = {}
  outputSchema(ProblemDocument, version, schemas)
  const paths: Spec['paths'] = {}
  for (const operation of httpOperations(plugin)) {
    paths[operation.path] ??= {}
    Object.assign(paths[operation.path] as object, {
      [operation.method.toLowerCase()]: toOperationObject(plugin, operation, version, schemas),
    })
  }
  const { securityScheme } = plugin.auth
  return {
    openapi: version,
    info: {
      title: plugin.title,
      description: plugin.descriptionForHuman,
      version: '1',
      contact: { email: plugin.contactEmail },
    },
    servers: [{ url: publicUrl }],
    tags: [{ name: plugin.name, description: plugin.descriptionForHuman }],
    security: securityScheme ? [{ [schemeName]: [] }] : [],
    paths,
    components: { schemas, ...(securityScheme && { securitySchemes: { [schemeName]: securityScheme } }) },
  }
}

const schemeName = 'token'

function toOperationObject(
  plugin: Plugin,
  operation: PluginOperation,
  version: SpecVersion,
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const { properties, required = [] } = inputSchema(operation.input, version)
  const parameters = operation.fields
    .filter(({ place }) => place !== 'body')
    .map(({ name, place }) => {
      const { description, ...schema } = properties[name] as JsonSchema
      return { name, in: place, required: required.includes(name), description, schema }
    })
  const body = operation.fields.filter(({ place }) => place === 'body').map(({ name }) => name)
  const bodyRequired = body.filter((name) => required.includes(name))
  return {
    operationId: operation.id,
    tags: [plugin.name],
    summary: operation.summary,
    description: describeAction(operation),
    'x-openai-isConsequential': operation.consequential,
    ...(operation.confirm && { 'x-confirmation': true }),
    ...(operation.quote && { 'x-quote': operation.quote }),
    ...(operation.unasked !== 'refuse' && { 'x-unasked': operation.unasked }),
    ...(operation.undo && { 'x-undo': operation.undo }),
    ...(operation.taskAfter !== undefined && { 'x-task-after': operation.taskAfter }),
    ...(parameters.length > 0 && { parameters }),
    ...(body.length > 0 && {
      requestBody: {
        required: bodyRequired.length > 0,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: Object.fromEntries(body.map((name) => [name, properties[name]])),
              ...(bodyRequired.length > 0 && { required: bodyRequired }),
            },
          },
        },
      },
    }),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: outputSchema(operation.output, version, schemas) } },
      },
      ...(operation.taskAfter !== undefined &&
        // Coze, which reads 3.0, accepts no other answer than 200 and default.
        version === '3.1.0' && {
          202: {
            description: 'Not done yet: call getTask with the task_id',
            content: { 'application/json': { schema: outputSchema(TaskDocument, version, schemas) } },
          },
        }),
      default: {
        description: errorSentence(plugin, operation),
        content: { [problemType]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

/** The statuses in words, because a strict reader accepts only the responses 200 and default. */
function errorSentence(plugin: Plugin, { errors, scope }: PluginOperation): string {
  const all: Record<string, string> = {
    400: 'the input is not valid',
    ...(plugin.auth.securityScheme && { 401: 'the token is missing or not valid' }),
    ...(scope && { 403: `the token lacks the scope ${scope}` }),
    ...errors,
    429: 'too many calls',
  }
  return Object.entries(all)
    .map(([status, reason]) => `${status}: ${reason}`)
    .join('; ')
}
