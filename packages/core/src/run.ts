import type { Logger } from 'pino'
import type { z } from 'zod'
import { act, goOn } from './acting/act.ts'
import type { Caller } from './auth/auth.ts'
import { type Answer, type Call, withMore } from './call.ts'
import { operationChannel } from './channels.ts'
import { describeRounded } from './json.ts'
import type { Plugin, PluginOperation } from './plugin.ts'
import { Problem } from './problem.ts'
import { describeFormat } from './time-format.ts'

/** The longest answer that ChatGPT plugins and GPT Actions accept, in characters. */
export const longestAnswer = 100_000

/**
 * Runs one operation: authorize, check input, handle, check output. HTTP, MCP and tests all call this.
 * @throws Problem for an error that the caller can act on; any other error is a fault of the plugin
 */
export function run(plugin: Plugin, operation: PluginOperation, input: unknown, call: Call): Promise<Answer> {
  if (!operationChannel.hasSubscribers) return perform(plugin, operation, input, call)
  const event = { operation: operation.id, via: call.via ?? ('direct' as const) }
  return operationChannel.tracePromise(() => perform(plugin, operation, input, call), event)
}

async function perform(plugin: Plugin, operation: PluginOperation, input: unknown, call: Call): Promise<Answer> {
  authorize(plugin, operation, call.caller)
  leaveNullsOut(operation, input)
  const checked = operation.input.safeParse(input)
  if (!checked.success) throw refusal(checked.error, input)
  if (operation.once === undefined) return handle(operation, checked.data, call)
  return act(plugin, operation, checked.data, call, (own, more) => handle(operation, own, withMore(call, more)))
}

/** From now on goes on with actions that another process began and did not end. */
export const resumeActions = (plugin: Plugin, log: Logger): void =>
  plugin.actions?.start((action) => goOn(plugin, action, log, handle))

/** Goes on with them once. Returns when it has tried each. */
export const sweepActions = async (plugin: Plugin, log: Logger): Promise<void> =>
  plugin.actions?.sweep((action) => goOn(plugin, action, log, handle))

async function handle(operation: PluginOperation, input: object, given: Call): Promise<Answer> {
  const output = await operation.handler(input as never, given as never)
  const fitting = operation.output.safeParse(output)
  if (!fitting.success) throw new OutputError(operation, describe(fitting.error))
  const text = JSON.stringify(fitting.data)
  if (text.length > longestAnswer)
    throw new OutputError(operation, `the answer has ${text.length} characters, more than ${longestAnswer}: page it`)
  return { text, data: fitting.data }
}

/** A handler returned something that does not fit its output schema. The message is for the log: it names the place, never the value. */
export class OutputError extends Error {
  override readonly name = 'OutputError'

  constructor(operation: PluginOperation, detail: string) {
    super(`the output of ${operation.id} does not fit: ${detail}`)
  }
}

/** Some assistants send null for an input that they leave out. Where a schema knows null, it means what the schema says. */
function leaveNullsOut({ input: { shape } }: PluginOperation, input: unknown): void {
  const given = input as Record<string, unknown> | null
  if (typeof given !== 'object' || given === null) return
  for (const name in given) {
    if (given[name] !== null || !Object.hasOwn(shape, name)) continue
    const schema = shape[name]
    if (schema?.safeParse(undefined).success && !schema.safeParse(null).success) delete given[name]
  }
}

function authorize(plugin: Plugin, operation: PluginOperation, caller: Caller | undefined): void {
  if (operation.forUser && !caller) throw new Error(`${operation.id} needs a caller, and the auth mode returned none`)
  const { scope } = operation
  if (scope !== undefined && !caller?.scopes?.includes(scope)) throw plugin.auth.insufficientScope(scope)
}

function refusal(error: z.ZodError, input: unknown): Problem {
  const errors = error.issues.map((issue) => {
    const name = issue.path.join('.')
    const missing = issue.code === 'invalid_type' && !Object.hasOwn(Object(input), String(issue.path[0]))
    return { name, detail: missing ? 'is missing' : (describeValue(issue, input) ?? issue.message) }
  })
  const sentence = errors.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
  return new Problem(400, `Correct the input and call again. ${sentence}`, { errors })
}

/** Zod's own words for an ISO format name neither the form nor the fault, and it does not know of rounded numbers. */
function describeValue(issue: z.core.$ZodIssue, input: unknown): string | undefined {
  const at = (path: PropertyKey[]) =>
    path.reduce<unknown>((whole, key) => (whole as Record<PropertyKey, unknown>)[key], input)
  if (issue.code === 'invalid_type') {
    const value = at(issue.path)
    if (issue.expected === 'int' && typeof value === 'number') return 'must be a whole number'
    return describeRounded(issue.expected, value)
  }
  if (issue.code !== 'invalid_format' || !issue.message.startsWith('Invalid ISO ')) return undefined
  return describeFormat(issue.format, at(issue.path))
}

const describe = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`).join('; ')
