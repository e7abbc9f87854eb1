import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import { readFile } from '../replay/conversation-file.ts'
import type { Activations } from '../sign-in/activations.ts'
import type { PluginReference, Starter } from '../wire.ts'
import { exampleOf, startersOf } from '../workspace/local-folders.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type OperationFinder, toFound, toReference } from './operation-finder.ts'

/** Of each plugin; of how many plugins. */
const mostStarters = 3
const mostPlugins = 24

export interface StarterParts {
  plugins: Plugins
  activations: Activations
  workspace: Workspace
  finder: OperationFinder
}

/** What a user can begin with: the conversation starters of their plugins, those of the active ones first. */
export async function toStarters(
  { plugins, activations, workspace, finder }: StarterParts,
  user: string,
): Promise<Starter[]> {
  const states = await activations.all(user)
  const stateOf = (id: string) => states.get(id) ?? 'none'
  const all = (await plugins.allVisible(user)).filter(({ trouble }) => trouble === undefined)
  const inOrder = all.toSorted((a, b) => Number(stateOf(b.id) === 'active') - Number(stateOf(a.id) === 'active'))
  return inOrder.slice(0, mostPlugins).flatMap((plugin) => {
    const local = workspace.localOf(plugin)
    const known = local ? startersOf(local).slice(0, mostStarters) : []
    const reference = toReference(plugin, stateOf(plugin.id))
    if (known.length === 0) return ofOperations(plugin, reference)
    return known.map((text): Starter => {
      const recorded = local && operationAfter(text, exampleOf(local))
      const operation = plugin.document.operations.find(({ name }) => name === recorded)
      const found = operation
        ? toFound(plugin, operation, text, reference.activation)
        : finder.findClear(plugin, text, reference.activation)
      return { plugin: reference, text, source: 'plugin', ...(found && { found }) }
    })
  })
}

/** A manifest has no starters, so the operations are what is known: those that only read come first. */
function ofOperations(plugin: RegisteredPlugin, reference: PluginReference): Starter[] {
  return plugin.document.operations
    .toSorted((a, b) => Number(b.isReading) - Number(a.isReading))
    .slice(0, mostStarters)
    .map((operation) => ({
      plugin: reference,
      text: operation.title,
      source: 'operation',
      found: toFound(plugin, operation, '', reference.activation),
    }))
}

/** The operation that is called first after a user says so in a recorded conversation, which knows better than a search. */
function operationAfter(text: string, example: string | undefined): string | undefined {
  try {
    const { entries } = readFile(example ?? '')
    const said = entries.findIndex((entry) => entry.kind === 'user' && entry.text.startsWith(text))
    const next = said < 0 ? undefined : entries[said + 1]
    return next?.kind === 'call' ? next.operation : undefined
  } catch {
    return undefined
  }
}
