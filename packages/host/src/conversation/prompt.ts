import type { DocumentOperation } from '@reference-plugins/reader'
import type { Model, ModelRequest, ToolDefinition } from '../models/index.ts'
import { countTokens } from '../models/index.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import { chooseOperations, type SelectedFrom, type Selection } from '../selection/index.ts'
import type { Credentials } from '../sign-in/credentials.ts'
import { fromStrict, toTool } from '../tools/tool.ts'
import type { Conversation, Prompt } from '../wire.ts'
import { callsOf } from './conversations.ts'
import { toHistory } from './history.ts'
import { toInstructions } from './instructions.ts'

export interface PromptParts {
  plugins: Plugins
  credentials: Credentials
  selection: Selection
}

export interface ChosenTool {
  plugin: RegisteredPlugin
  operation: DocumentOperation
  definition: ToolDefinition
  tokens: number
  /** Turns back what strict function calling asks the model to write. */
  toArguments(given: Record<string, unknown>): Record<string, unknown>
}

export interface ChosenTools {
  byName: ReadonlyMap<string, ChosenTool>
  plugins: RegisteredPlugin[]
  leftOut: { plugin: string; tokens: number }[]
  /** Of those the ones that may fit, the best first: the model is told their names. */
  named: RegisteredPlugin[]
  /** What a model is told that looks for plugins which are not put before it. */
  find(query: string): string
}

/** Tools that are put before the model at once: what they may cost it. */
const budget = { tokens: 8_000, operations: 100, plugins: 24 }
/** Plugins whose tools are put before the model, and those that are only named to it. */
export const mostNamed = 80
/** Of one plugin, where there are others. */
const share = { tokens: 3_000, operations: 30 }

/** The tools that fit what is said, of the plugins that are enabled in the conversation and active for the user. */
export async function chooseTools(
  { plugins, credentials, selection }: PromptParts,
  user: string,
  conversation: Conversation,
): Promise<ChosenTools> {
  const enabled = new Set(conversation.plugins)
  const active = await credentials.activations(user)
  const candidates = (await plugins.allVisible(user)).filter(
    ({ id, trouble }) => enabled.has(id) && active.get(id) === 'active' && trouble === undefined,
  )
  selection.update(candidates.map(toSelectedFrom))
  const used = new Set(conversation.messages.flatMap(({ parts }) => callsOf(parts)).map(({ plugin }) => plugin.id))
  // What the model has looked for counts as much as what the user has said.
  const text = [textOf(conversation), ...soughtIn(conversation)].join('\n')
  const chosen = selection.choose(
    text,
    [...used].reverse(),
    candidates.map(({ id }) => id),
    budget,
  )
  const byName = new Map<string, ChosenTool>()
  const shown = candidates.filter(({ id }) => chosen.includes(id))
  for (const plugin of shown) {
    const all = plugin.document.operations
    const most = shown.length === candidates.length ? all : chooseOperations(all, text, share, costOf)
    for (const operation of most) {
      const tool = toTool(plugin.document, operation)
      const name = unused(tool.name, byName)
      const definition = { ...tool, name }
      byName.set(name, {
        plugin,
        operation,
        definition,
        tokens: countTokens(JSON.stringify(definition)),
        toArguments: (given) => fromStrict(operation, given) as Record<string, unknown>,
      })
    }
  }
  const leftOut = candidates
    .filter(({ id }) => !chosen.includes(id))
    .map(({ document }) => ({ plugin: document.title, tokens: tokensOf(document.operations) }))
  const places = new Map(
    selection
      .rank(
        text,
        candidates.map(({ id }) => id),
      )
      .map((id, place) => [id, place]),
  )
  const named = candidates
    .filter(({ id }) => places.has(id) && !chosen.includes(id))
    .toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0))
    .slice(0, Math.max(0, mostNamed - chosen.length))
  return { byName, plugins: shown, leftOut, named, find: (query) => findPlugins(selection, candidates, query) }
}

/** A model knows other words for what the user wants than those that the user said. */
const findTool: ToolDefinition = {
  name: 'find_plugins',
  description:
    'Looks for plugins that the user has enabled and that are not among your tools now. Call it where none of your tools fits; what it finds are your tools from then on.',
  parameters: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'What the plugin should do, in several words, with synonyms, in English' },
    },
    required: ['query'],
    additionalProperties: false,
  },
  strict: true,
}

const soughtIn = ({ messages }: Conversation): string[] =>
  messages
    .flatMap(({ parts }) => callsOf(parts))
    .filter(({ tool }) => tool === findTool.name)
    .slice(-2)
    .flatMap(({ arguments: { query } }) => (typeof query === 'string' ? [query] : []))

function findPlugins(selection: Selection, candidates: RegisteredPlugin[], query: string): string {
  const found = selection.choose(
    query,
    [],
    candidates.map(({ id }) => id),
    { ...budget, plugins: 10 },
  )
  const lines = candidates
    .filter(({ id }) => found.includes(id))
    .map(({ document: { name, descriptionForHuman } }) => `- ${name}: ${descriptionForHuman.slice(0, 200)}`)
  return lines.length === 0
    ? 'No plugin was found. Try other words once; then tell the user that there is none.'
    : `These are your tools from now on, if they were not before:\n${lines.join('\n')}`
}

const toSelectedFrom = ({ id, hash, document }: RegisteredPlugin): SelectedFrom => ({
  id,
  version: hash,
  title: document.title,
  name: document.name,
  descriptionForHuman: document.descriptionForHuman,
  descriptionForModel: document.descriptionForModel,
  operations: document.operations,
  shown: Math.min(document.operations.length, share.operations),
  tokens: Math.min(tokensOf(document.operations), share.tokens),
})

export const toPrompt = (conversation: Conversation, tools: ChosenTools, signal: AbortSignal): ModelRequest => ({
  system: toInstructions(tools.plugins, tools.named),
  messages: toHistory(conversation.messages),
  tools: [
    ...[...tools.byName.values()].map(({ definition }) => definition),
    ...(tools.leftOut.length > 0 ? [findTool] : []),
  ],
  signal,
})

/** What the model sees, to be looked at. */
export async function showPrompt(request: ModelRequest, tools: ChosenTools, model: Model | undefined): Promise<Prompt> {
  const messages = request.messages.map((message) => ({
    role: message.role,
    text:
      message.role === 'assistant' && message.calls.length > 0
        ? `${message.text}\n${message.calls.map(({ name, arguments: given }) => `${name}(${JSON.stringify(given)})`).join('\n')}`.trim()
        : message.text,
  }))
  const shown = [...tools.byName.values()].map(({ definition, plugin, tokens }) => ({
    name: definition.name,
    plugin: plugin.document.title,
    description: definition.description,
    schema: definition.parameters,
    tokens,
  }))
  const system = countTokens(request.system)
  const said = messages.reduce((sum, { text }) => sum + countTokens(text), 0)
  const offered = shown.reduce((sum, { tokens }) => sum + tokens, 0)
  return {
    system: request.system,
    messages,
    tools: shown,
    leftOut: tools.leftOut,
    tokens: { system, messages: said, tools: offered, total: system + said + offered },
    raw: model
      ? await model.toRaw(request)
      : JSON.stringify({ system: request.system, messages, tools: request.tools }, null, 2),
  }
}

const costOf = ({ description, input }: DocumentOperation): number =>
  countTokens(description) + countTokens(JSON.stringify(input))

export const tokensOf = (operations: DocumentOperation[]): number =>
  operations.reduce((sum, operation) => sum + costOf(operation), 0)

/** The last things that the user has said. */
const textOf = ({ messages }: Conversation): string =>
  messages
    .filter(({ role }) => role === 'user')
    .slice(-3)
    .flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])))
    .join('\n')
    .slice(-4_000)

function unused(name: string, taken: ReadonlyMap<string, unknown>): string {
  for (let number = 2, next = name; ; number++) {
    if (!taken.has(next)) return next
    next = `${name.slice(0, 60)}_${number}`
  }
}
