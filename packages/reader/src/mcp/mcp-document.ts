import { keyInputsOf } from '../flat/key-inputs.ts'
import { SchemaSimplifier } from '../flat/simple-schema.ts'
import { SpecDocument } from '../openapi/spec-document.ts'
import type { DocumentOperation, PluginDocument } from '../plugin-document.ts'
import { objectOf, type Schema } from '../text/members.ts'
import { fitIdentifier, fitName, UniqueNames } from '../text/names.ts'
import { plainLine, plainText } from '../text/plain-text.ts'

/** A tool as tools/list returns it. */
export interface McpTool {
  name: string
  title?: string | undefined
  description?: string | undefined
  inputSchema: unknown
  execution?: { taskSupport?: unknown } | undefined
  _meta?: Record<string, unknown> | undefined
  annotations?: { readOnlyHint?: boolean | undefined; title?: string | undefined } | undefined
}

export interface McpServerInfo {
  url: string
  name: string
  title: string | undefined
  instructions: string | undefined
  hasToken: boolean
}

/** The tools of an MCP server as a plugin document. */
export function toMcpDocument(
  { url, name, title, instructions, hasToken }: McpServerInfo,
  tools: McpTool[],
): PluginDocument {
  const { hostname } = new URL(url)
  const names = new UniqueNames()
  const shown = plainLine(title ?? name, 50) || hostname
  const description = plainText(instructions ?? '', 8_000)
  return {
    source: 'mcp',
    name: fitName(name) || fitName(hostname) || 'server',
    title: shown,
    descriptionForModel: description || shown,
    descriptionForHuman: plainLine(description, 120) || shown,
    auth: { type: hasToken ? 'service_http' : 'none', scheme: 'bearer', verificationTokens: {} },
    server: url,
    // Those of tasks (MCP 2025-11-25) answer no plain call.
    operations: tools
      .filter(({ execution }) => execution?.taskSupport !== 'required')
      .map((tool) => toOperation(tool, names)),
  }
}

function toOperation(tool: McpTool, names: UniqueNames): DocumentOperation {
  const simplifier = new SchemaSimplifier(new SpecDocument(objectOf(tool.inputSchema)))
  const { schema } = simplifier.simplify(tool.inputSchema, '')
  const input: Schema = schema.type === 'object' ? schema : { type: 'object', properties: {} }
  const isReading = tool.annotations?.readOnlyHint === true
  const keyInputs = isReading ? [] : keyInputsOf(input)
  const title = plainLine(tool.title ?? tool.annotations?.title ?? tool.name, 120)
  return {
    name: names.take(fitIdentifier(tool.name)),
    title,
    description: plainText(tool.description ?? title, 300),
    input,
    // A server's annotations are hints: a tool without one needs confirmation.
    isConsequential: undefined,
    isReading,
    ...(tool._meta?.confirmation === true && { confirms: true }),
    ...(keyInputs.length > 0 && { keyInputs }),
    target: { kind: 'mcp', tool: tool.name },
  }
}
