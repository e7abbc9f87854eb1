import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { type CommandContext, UsageError } from './command-context.ts'

/** @param name of the plugin, or its ID. @throws UsageError unless exactly one plugin has it */
export async function findPlugin({ host, user }: CommandContext, name: string): Promise<RegisteredPlugin> {
  const plugins = await host.plugins.allVisible(user)
  const found = plugins.filter(({ id, document }) => id === name || document.name === name)
  if (found.length === 1) return found[0] as RegisteredPlugin
  if (found.length > 1)
    throw new UsageError(
      `${found.length} plugins are called ${name}: use one of their IDs, ${found.map(({ id }) => id).join(', ')}`,
    )
  const names = plugins.map(({ document }) => document.name).join(', ')
  throw new UsageError(`No plugin is called ${name}: ${names === '' ? 'register one first' : `choose one of ${names}`}`)
}
