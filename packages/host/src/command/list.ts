import type { CommandContext } from './command-context.ts'
import { typedName } from './find-plugin.ts'

export async function list(_: string[], { host, user, print }: CommandContext): Promise<number> {
  const plugins = await host.presentation.summaries(user)
  if (plugins.length === 0) print('No plugin is registered. Next: pnpm host register localhost:3333')
  for (const plugin of plugins) {
    const { address, auth, activation, operations, trouble } = plugin
    const name = typedName(plugin, plugins)
    print(
      `${name === plugin.name ? name : `${plugin.name}  ${name}`}  ${address}  auth ${auth.type}  ${activation === 'none' ? 'not activated' : activation}`,
    )
    if (trouble !== undefined) print(`  cannot be called: ${trouble}`)
    for (const { name: operation, title, asks } of operations)
      print(`  ${name}.${operation}  ${title}${asks === 'never' ? '' : '  (asks first)'}`)
  }
  return 0
}
