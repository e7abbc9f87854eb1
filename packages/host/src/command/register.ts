import { parseArgs } from 'node:util'
import { approve } from '../registration/approval.ts'
import type { RegistrationStep } from '../wire.ts'
import { type CommandContext, UsageError } from './main.ts'

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
  if (address === undefined) throw new UsageError('Give the address of the plugin, such as localhost:3333')
  const { host, user, print, presentation } = context
  const { steps, found } = await host.registrar.read(address, {
    signal: AbortSignal.timeout(120_000),
    tell: (step) => {
      if (step.state !== 'running') print(line(step))
    },
    ...(values['service-token'] !== undefined && { token: values['service-token'] }),
  })
  if (!found) return 1
  const pending = await host.registrations.add(user, { address, steps, found })
  const { 'service-token': serviceToken, 'client-id': clientId, 'client-secret': clientSecret } = values
  const plugin = await approve(
    host,
    user,
    pending.id,
    {
      ...(serviceToken !== undefined && { serviceToken }),
      ...(clientId !== undefined && { clientId }),
      ...(clientSecret !== undefined && { clientSecret }),
    },
    presentation,
  )
  print(`Registered as ${plugin.document.name}. Next: pnpm host activate ${plugin.document.name}`)
  return 0
}

function line({ name, state, message, advice, milliseconds }: RegistrationStep): string {
  const first = `${marks[state]} ${name.padEnd(14)} ${message}${milliseconds >= 1 ? ` (${Math.round(milliseconds)} ms)` : ''}`
  return advice === undefined ? first : `${first}\n  ${' '.repeat(14)} ${advice}`
}
