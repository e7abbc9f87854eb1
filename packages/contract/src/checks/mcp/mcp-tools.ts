import { type Client as McpClient, ProtocolError } from '@modelcontextprotocol/client'
import type { Report } from '../../rules/finding.ts'
import { SchemaCheck } from '../../spec/schema-check.ts'
import { asArray, asObject, type Schema } from '../../spec/spec.ts'
import { Values } from '../../values/values.ts'
import { toCurrentDialect } from './tool-schemas.ts'

export interface ToolOptions {
  seed?: number
  /** Calls only tools with readOnlyHint. */
  safe?: boolean
  /** Whether to call a tool, by its name. */
  isChosen?: (name: string) => boolean
}

export interface Tool {
  name: string
  description?: string
  inputSchema: Schema
  outputSchema?: Schema
  annotations?: Schema
  _meta?: Schema
}

const longest = 15_000
const hints = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']

/** Judges the descriptions of all tools, and calls them. Only tools with readOnlyHint are called with valid input. */
export async function checkTools(
  client: McpClient,
  tools: readonly Tool[],
  { seed = 1, safe = false, isChosen = () => true }: ToolOptions,
  report: Report,
): Promise<void> {
  const check = new SchemaCheck('3.1')
  const values = await Values.open(check, seed)
  const names = new Set<string>()
  for (const tool of tools) {
    const fault = faultOf(tool, check) ?? (names.has(tool.name) ? 'another tool has its name' : undefined)
    names.add(tool.name)
    if (fault) report.add('mcp-tool', tool.name, fault)
    for (const limit of limitsOf(tool)) report.add('mcp-client-limit', tool.name, limit)
    const missing = hints.filter((hint) => typeof asObject(tool.annotations)[hint] !== 'boolean')
    if (missing.length > 0) report.add('mcp-hints', tool.name, `${missing.join(', ')} is missing`)
    const reads = asObject(tool.annotations).readOnlyHint === true
    if (fault === undefined && isChosen(tool.name) && (reads || !safe))
      await checkCalls(client, tool, check, values, report)
  }
  const { error, result } = await call(client, 'noSuchTool', {}, report)
  if (!error && !result?.isError) report.add('mcp-refusal', 'mcp', 'a tool that does not exist can be called')
}

/** What no client can work with. */
function faultOf({ name, inputSchema, outputSchema }: Tool, check: SchemaCheck): string | undefined {
  // MCP 2025-11-25, tool names.
  if (!/^[A-Za-z0-9_.\-/]{1,128}$/.test(name)) return `the name ${name.slice(0, 80)} is not one that MCP allows`
  if (asObject(inputSchema).type !== 'object') return 'its inputSchema is not an object'
  for (const [which, schema] of Object.entries({ inputSchema, outputSchema }))
    try {
      if (schema) check.fits(toCurrentDialect(schema), {})
    } catch (error) {
      return `its ${which} is not a schema: ${(error as Error).message.slice(0, 200)}`
    }
  return undefined
}

/** What MCP allows and some clients or models do not take. */
function limitsOf({ name, description, inputSchema }: Tool): string[] {
  const limits: string[] = []
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) limits.push('its name is not 1 to 64 letters, digits, _ and -')
  if (!description) limits.push('it has no description')
  if (JSON.stringify(inputSchema).includes('"$ref"')) limits.push('its inputSchema has references')
  return limits
}

async function checkCalls(
  client: McpClient,
  tool: Tool,
  check: SchemaCheck,
  values: Values,
  report: Report,
): Promise<void> {
  const { required } = tool.inputSchema
  if (Array.isArray(required) && required.length > 0) {
    const { error, result } = await call(client, tool.name, {}, report)
    if (!error && !result?.isError) report.add('mcp-refusal', tool.name, `it accepts a call without ${required[0]}`)
    if (error && error.code === -32603)
      report.add('mcp-error-code', tool.name, 'a call without input ends in the internal error -32603')
  }
  if (asObject(tool.annotations).readOnlyHint !== true) return
  const input = values.ordinary(toCurrentDialect(tool.inputSchema))
  if (input === undefined)
    return report.skip(tool.name, 'its answer by MCP', 'no input was found that matches its schema')
  const { error, result } = await call(client, tool.name, asObject(input), report)
  if (error) return report.add('mcp-output', tool.name, `a valid call ends in an error: ${error.message.slice(0, 200)}`)
  const { isError, content, structuredContent } = asObject(result)
  const texts = asArray(content).flatMap((block) => {
    const { type, text } = asObject(block)
    return type === 'text' && typeof text === 'string' ? [text] : []
  })
  if (isError) {
    if (texts.join('') === '') report.add('mcp-refusal', tool.name, 'it refuses without a text')
    return
  }
  report.answered.add(`mcp ${tool.name}`)
  if (!tool.outputSchema) return
  if (structuredContent === undefined)
    return report.add('mcp-output', tool.name, 'it has an outputSchema and answers without structuredContent')
  const fault = check.fault(toCurrentDialect(tool.outputSchema), structuredContent)
  if (fault) report.add('mcp-output', tool.name, `its structuredContent does not match its outputSchema: ${fault}`)
  const said = readings(texts)
  if (contents(structuredContent).some((one) => said.includes(sorted(one)))) return
  const [only] = texts.length === 1 ? texts.map(toValue) : []
  // Some clients read only one of them, so two answers that differ mislead some.
  const isOther = only !== null && typeof only === 'object' && keysOf(only) === keysOf(structuredContent)
  if (isOther) report.add('mcp-output', tool.name, 'its text differs from its structuredContent')
  else report.add('mcp-text', tool.name, 'its text is not the JSON of its structuredContent')
}

/** What the text of a structured answer may be: servers in Python wrap what is not an object as `result`. */
const contents = (structured: unknown): unknown[] => {
  const { result, ...others } = asObject(structured)
  return result !== undefined && Object.keys(others).length === 0 ? [structured, result] : [structured]
}

/** The texts as values: the only one, or a list with an item for each. */
const readings = (texts: readonly string[]): string[] => {
  const values = texts.map(toValue)
  return [values, ...(texts.length === 1 ? [values[0], texts[0]] : [])].map(sorted)
}

const keysOf = (value: unknown): string =>
  Object.keys(value as object)
    .sort()
    .join()

function toValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** JSON whose members are sorted, for comparing. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, one) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )

interface Called {
  error?: { code?: number; message: string }
  result?: Schema
}

/** Sends the request without the checks of the client, so that the tester judges the answer. */
async function call(client: McpClient, name: string, input: Schema, report: Report): Promise<Called> {
  report.calls++
  try {
    const result = await client.request(
      { method: 'tools/call', params: { name, arguments: input } },
      { timeout: longest },
    )
    return { result: result as unknown as Schema }
  } catch (error) {
    const { message } = error as Error
    return { error: { message, ...(error instanceof ProtocolError && { code: error.code }) } }
  }
}
