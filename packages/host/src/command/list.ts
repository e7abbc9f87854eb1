import type { CommandContext } from './main.ts'

export async function list(_: string[], { presentation, user, print }: CommandContext): Promise<number> {
  const plugins = await presentation.summaries(user)
  if (plugins.length === 0) print('Nothing is registered: pnpm host register localhost:3333')
  for (const { name, address, auth, activation, operations, trouble } of plugins) {
    print(`${name}  ${address}  auth ${auth.type}  ${activation === 'none' ? 'not activated' : activation}`)
    if (trouble !== undefined) print(`  not called: ${trouble}`)
    for (const { name: operation, title, asks } of operations)
      print(`  ${name}.${operation}  ${title}${asks === 'never' ? '' : '  (asks first)'}`)
  }
  return 0
}
