import { parseArgs } from 'node:util'
import type { RegistrationStep } from '../wire.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { typedNameFor } from './find-plugin.ts'

const marks: Record<RegistrationStep['state'], string> = {
  running: '…',
  passed: '✔',
  warned: '!',
  failed: '✖',
  skipped: '-',
}

export async function register(words: string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      'service-token': { type: 'string' },
      'client-id': { type: 'string' },
      'client-secret': { type: 'string' },
    },
  })
  const [address] = positionals
  if (address === undefined) throw new UsageError('Name the address of the plugin, such as localhost:3333')
  const { host, user, print } = context
  const { id, found } = await host.approvals.read(user, address, {
    tell: (step) => {
      if (step.state !== 'running') print(line(step))
    },
    token: values['service-token'],
  })
  if (!found) return 1
  const plugin = await host.approvals.approve(user, id, {
    serviceToken: values['service-token'],
    clientId: values['client-id'],
    clientSecret: values['client-secret'],
  })
  print(`Registered as ${plugin.document.name}. Next: pnpm host activate ${await typedNameFor(context, plugin)}`)
  return 0
}

function line({ name, state, message, advice, milliseconds }: RegistrationStep): string {
  const first = `${marks[state]} ${name.padEnd(14)} ${message}${milliseconds >= 1 ? ` (${Math.round(milliseconds)} ms)` : ''}`
  return advice === undefined ? first : `${first}\n  ${' '.repeat(14)} ${advice}`
}
