import type { CommandContext } from './command-context.ts'

export async function list(_: string[], { host, user, print }: CommandContext): Promise<number> {
  const plugins = await host.presentation.summaries(user)
  if (plugins.length === 0) print('No plugin is registered. Next: pnpm host register localhost:3333')
  for (const { name, address, auth, activation, operations, trouble } of plugins) {
    print(`${name}  ${address}  auth ${auth.type}  ${activation === 'none' ? 'not activated' : activation}`)
    if (trouble !== undefined) print(`  cannot be called: ${trouble}`)
    for (const { name: operation, title, asks } of operations)
      print(`  ${name}.${operation}  ${title}${asks === 'never' ? '' : '  (asks first)'}`)
  }
  return 0
}
