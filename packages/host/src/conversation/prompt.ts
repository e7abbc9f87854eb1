import type { DocumentOperation } from '@reference-plugins/reader'
import type { Model, ModelRequest, ToolDefinition } from '../models/model.ts'
import { countTokens } from '../models/tokens.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import { chooseOperations } from '../selection/operations.ts'
import type { SelectedFrom, Selection } from '../selection/selection.ts'
import type { Activations } from '../sign-in/activations.ts'
import { fromStrict, toTool } from '../tools/tool.ts'
import type { Conversation, Prompt } from '../wire.ts'
import { callsOf } from './conversations.ts'
import { toHistory } from './history.ts'
import { toInstructions } from './instructions.ts'

export interface PromptParts {
  plugins: Plugins
  activations: Activations
  selection: Selection
}

export interface ChosenTool {
  plugin: RegisteredPlugin
  operation: DocumentOperation
  definition: ToolDefinition
  tokens: number
  /** From what strict function calling makes the model write to what the operation takes. */
  toArguments(given: Record<string, unknown>): Record<string, unknown>
}

export interface ChosenTools {
  byName: ReadonlyMap<string, ChosenTool>
  plugins: RegisteredPlugin[]
  /** All that the model can be told of in this conversation. */
  enabled: RegisteredPlugin[]
  leftOut: { plugin: string; tokens: number }[]
  /** Plugins that were left out but may fit, the best first: the model sees their names only. */
  named: RegisteredPlugin[]
  /** Answers the host's own tool find_plugins. */
  find(query: string): string
}

/** The most that the tools in one request may take. */
const budget = { tokens: 8_000, operations: 100, plugins: 24 }
/** Plugins in one request: those with their tools and those with only their name. */
export const mostNamed = 80
/** The most that the tools of one plugin may take if there are other plugins. */
const share = { tokens: 3_000, operations: 30 }

/** Chooses the tools that fit the conversation, from the plugins that are enabled in it and active for the user. */
export async function chooseTools(
  { plugins, activations, selection }: PromptParts,
  user: string,
  conversation: Conversation,
): Promise<ChosenTools> {
  const enabled = new Set(conversation.plugins)
  const active = new Set(await activations.active(user))
  const candidates = (await plugins.allVisible(user)).filter(
    ({ id, trouble }) => enabled.has(id) && active.has(id) && trouble === undefined,
  )
  indexPlugins(selection, candidates)
  const ids = candidates.map(({ id }) => id)
  const used = new Set(conversation.messages.flatMap(({ parts }) => callsOf(parts)).map(({ plugin }) => plugin.id))
  // What the model has searched for counts as much as what the user has said.
  const text = [textOf(conversation), ...searchesIn(conversation)].join('\n')
  const chosen = new Set(selection.choose(text, [...used].reverse(), ids, budget))
  const byName = new Map<string, ChosenTool>()
  const shown = candidates.filter(({ id }) => chosen.has(id))
  for (const plugin of shown) {
    const all = plugin.document.operations
    for (const operation of chosen.size === ids.length ? all : chooseOperations(all, text, share, costOf)) {
      const tool = toTool(plugin.document, operation)
      const definition = { ...tool, name: unused(tool.name, byName) }
      byName.set(definition.name, {
        plugin,
        operation,
        definition,
        tokens: countTokens(JSON.stringify(definition)),
        toArguments: (given) => fromStrict(operation, given) as Record<string, unknown>,
      })
    }
  }
  const others = candidates.filter(({ id }) => !chosen.has(id))
  const places = new Map(selection.rank(text, ids).map((id, place) => [id, place]))
  return {
    byName,
    plugins: shown,
    enabled: candidates,
    leftOut: others.map(({ document }) => ({ plugin: document.title, tokens: tokensOf(document.operations) })),
    named: others
      .filter(({ id }) => places.has(id))
      .toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0))
      .slice(0, Math.max(0, mostNamed - chosen.size)),
    find: (query) => findPlugins(selection, candidates, query),
  }
}

/** The model can search with other words than those that the user said. */
const findTool: ToolDefinition = {
  name: 'find_plugins',
  description:
    'Searches the plugins that the user has enabled but whose tools are not available to you yet. Call it if none of your tools fits. The tools of the plugins that it finds become available to you.',
  parameters: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'What the plugin should do: several words in English, with synonyms' },
    },
    required: ['query'],
    additionalProperties: false,
  },
  strict: true,
}

const searchesIn = ({ messages }: Conversation): string[] =>
  messages
    .flatMap(({ parts }) => callsOf(parts))
    .filter(({ tool }) => tool === findTool.name)
    .slice(-2)
    .flatMap(({ arguments: { query } }) => (typeof query === 'string' ? [query] : []))

function findPlugins(selection: Selection, candidates: RegisteredPlugin[], query: string): string {
  const ids = candidates.map(({ id }) => id)
  const found = selection.choose(query, [], ids, { ...budget, plugins: 10 })
  const lines = candidates
    .filter(({ id }) => found.includes(id))
    .map(({ document: { name, descriptionForHuman } }) => `- ${name}: ${descriptionForHuman.slice(0, 200)}`)
  return lines.length === 0
    ? 'No plugin was found. Try once with other words; then tell the user that there is none.'
    : `The tools of these plugins are now available to you:\n${lines.join('\n')}`
}

/** Indexes what plugins are found by. What is indexed is not counted again. */
export const indexPlugins = (selection: Selection, plugins: readonly RegisteredPlugin[]): void =>
  selection.update(plugins.filter(({ id, hash }) => !selection.has(id, hash)).map(toSelectedFrom))

const toSelectedFrom = ({ id, hash, document }: RegisteredPlugin): SelectedFrom => {
  const { title, name, descriptionForHuman, descriptionForModel, operations } = document
  const shown = Math.min(operations.length, share.operations)
  const tokens = Math.min(tokensOf(operations), share.tokens)
  return { id, version: hash, title, name, descriptionForHuman, descriptionForModel, operations, shown, tokens }
}

export const toPrompt = (conversation: Conversation, tools: ChosenTools, signal: AbortSignal): ModelRequest => ({
  system: toInstructions(tools.plugins, tools.named),
  messages: toHistory(conversation.messages),
  tools: [
    ...[...tools.byName.values()].map(({ definition }) => definition),
    ...(tools.leftOut.length > 0 ? [findTool] : []),
  ],
  signal,
})

/** What the model sees, for people to read. */
export async function showPrompt(request: ModelRequest, tools: ChosenTools, model: Model | undefined): Promise<Prompt> {
  const messages = request.messages.map((message) => {
    const calls = message.role === 'assistant' ? message.calls : []
    const lines = calls.map(({ name, arguments: given }) => `${name}(${JSON.stringify(given)})`)
    return { role: message.role, text: calls.length > 0 ? [message.text, ...lines].join('\n').trim() : message.text }
  })
  const shown = [...tools.byName.values()].map(({ definition, plugin, tokens }) => {
    const { name, description, parameters: schema } = definition
    return { name, plugin: plugin.document.title, description, schema, tokens }
  })
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

/** The last three messages of the user. */
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
