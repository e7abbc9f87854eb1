import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { type CommandContext, UsageError } from './main.ts'

/** The plugin that is meant by a name or an id. @throws UsageError */
export async function findPlugin({ host, user }: CommandContext, name: string): Promise<RegisteredPlugin> {
  const plugins = await host.plugins.allVisible(user)
  const found = plugins.filter(({ id, document }) => id === name || document.name === name)
  if (found.length === 1) return found[0] as RegisteredPlugin
  if (found.length > 1)
    throw new UsageError(
      `${found.length} plugins are called ${name}: give one of their ids, ${found.map(({ id }) => id).join(', ')}`,
    )
  const names = plugins.map(({ document }) => document.name).join(', ')
  throw new UsageError(`There is no plugin ${name}: ${names === '' ? 'register one first' : `there are ${names}`}`)
}
