import { type DocumentOperation, fitIdentifier, fitName } from '@reference-plugins/reader'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { type CommandContext, UsageError } from './command-context.ts'

/** What tells a plugin from others on the command line. */
interface Named {
  id: string
  name: string
}

const shortestId = 'plugin-'.length + 8

/** What the user types for a plugin: its name, or the beginning of its ID where other plugins have the name too. */
export function typedName({ id, name }: Named, plugins: readonly Named[]): string {
  const others = plugins.filter((one) => one.id !== id)
  if (!others.some((one) => one.name === name)) return name
  let length = shortestId
  while (others.some((one) => one.id.startsWith(id.slice(0, length)))) length++
  return id.slice(0, length)
}

/** The same for a plugin of a user. */
export async function typedNameFor({ host, user }: CommandContext, plugin: RegisteredPlugin): Promise<string> {
  return typedName(toNamed(plugin), (await host.plugins.allVisible(user)).map(toNamed))
}

/**
 * @param typed the name of the plugin, or the beginning of its ID
 * @param address where it is, if that is known: it decides between plugins of one name
 * @throws UsageError unless exactly one plugin has the name
 */
export async function findPlugin(
  { host, user }: CommandContext,
  typed: string,
  address?: string,
): Promise<RegisteredPlugin> {
  const plugins = await host.plugins.allVisible(user)
  const ofName = called(plugins, typed)
  const ofAddress = ofName.filter((one) => one.address === address)
  const found = ofAddress.length > 0 ? ofAddress : ofName
  if (found.length === 1) return found[0] as RegisteredPlugin
  if (found.length > 1) throw ambiguous(typed, found, plugins, '')
  throw unknown(typed, plugins)
}

export interface FoundOperation {
  plugin: RegisteredPlugin
  operation: DocumentOperation
}

/**
 * @param typed PLUGIN.OPERATION; either may contain full stops where its document names it so
 * @throws UsageError unless exactly one operation has the name
 */
export async function findOperation({ host, user }: CommandContext, typed: string): Promise<FoundOperation> {
  const plugins = await host.plugins.allVisible(user)
  const splits = [...typed.matchAll(/\./g)].map(({ index }) => [typed.slice(0, index), typed.slice(index + 1)] as const)
  const found = new Map<string, FoundOperation>()
  let known: [name: string, plugins: RegisteredPlugin[], rest: string] | undefined
  for (const [name, rest] of [...splits, [typed, ''] as const]) {
    const ofName = called(plugins, name)
    if (ofName.length > 0) known ??= [name, ofName, rest]
    for (const plugin of ofName) {
      const operation = operationCalled(plugin, rest)
      if (operation && !found.has(plugin.id)) found.set(plugin.id, { plugin, operation })
    }
  }
  const all = [...found.values()]
  if (all.length === 1) return all[0] as FoundOperation
  if (!known) throw unknown(splits[0]?.[0] ?? typed, plugins)
  const [name, ofName, rest] = known
  if (all.length > 1)
    throw ambiguous(
      name,
      all.map(({ plugin }) => plugin),
      plugins,
      `.${all[0]?.operation.name}`,
    )
  if (ofName.length > 1) throw ambiguous(name, ofName, plugins, rest === '' ? '' : `.${rest}`)
  const names = (ofName[0] as RegisteredPlugin).document.operations.map((one) => one.name).join(', ')
  throw new UsageError(
    rest === ''
      ? `Name the operation after a full stop, such as ${name}.${ofName[0]?.document.operations[0]?.name}: ${name} has ${names}`
      : `${name} has no operation ${rest}: choose one of ${names}`,
  )
}

function called(plugins: readonly RegisteredPlugin[], typed: string): RegisteredPlugin[] {
  const exact = plugins.filter(({ id, document }) => id === typed || document.name === typed)
  if (exact.length > 0) return exact
  if (/^plugin-[\da-f]/.test(typed)) return plugins.filter(({ id }) => id.startsWith(typed))
  // The name in its document may have other characters, and people do not remember capitals.
  const fit = fitName(typed).toLowerCase()
  return fit === '' ? [] : plugins.filter(({ document }) => document.name.toLowerCase() === fit)
}

function operationCalled({ document: { operations } }: RegisteredPlugin, typed: string): DocumentOperation | undefined {
  const fit = fitIdentifier(typed)
  return operations.find(({ name }) => name === typed) ?? operations.find(({ name }) => name === fit)
}

function ambiguous(
  typed: string,
  found: readonly RegisteredPlugin[],
  plugins: readonly RegisteredPlugin[],
  rest: string,
): UsageError {
  const named = plugins.map(toNamed)
  const lines = found.map((one) => `\n  ${typedName(toNamed(one), named)}${rest}  ${one.address}`)
  return new UsageError(`${found.length} plugins are called ${typed}. Type one of these:${lines.join('')}`)
}

function unknown(typed: string, plugins: readonly RegisteredPlugin[]): UsageError {
  const named = plugins.map(toNamed)
  const names = named.map((one) => typedName(one, named)).join(', ')
  return new UsageError(
    `No plugin is called ${typed}: ${names === '' ? 'register one first' : `choose one of ${names}`}`,
  )
}

const toNamed = ({ id, document }: RegisteredPlugin): Named => ({ id, name: document.name })
