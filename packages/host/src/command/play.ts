import { parseArgs } from 'node:util'
import { Problem } from '@reference-plugins/core'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { openLines, showTurn } from './dialog.ts'
import { findPlugin, typedNameFor } from './find-plugin.ts'

/** Plays the recorded conversation of a plugin beside the host with real calls. */
export async function play(words: string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { yes: { type: 'boolean', default: false } },
  })
  const [name] = positionals
  if (name === undefined) throw new UsageError('Name the plugin, such as todo: pnpm host list shows the names')
  const { host, user, print } = context
  const plugin = await findOrRegister(name, context)
  const playable = await host.examples.find(user, plugin, 'conversation').catch(async (error: Error) => {
    const isInactive = (await host.activations.of(user, plugin)) !== 'active'
    if (!(error instanceof Problem) || !isInactive) throw error
    throw new UsageError(`${error.message}. Next: pnpm host activate ${await typedNameFor(context, plugin)}`)
  })
  const { id } = await host.conversations.addPlayed(user, playable)
  print(`${playable.title}\nThe texts are recorded; the calls are made now.`)
  const lines = openLines(context)
  try {
    await showTurn(await host.turns.play(user, id), { context, lines, conversation: id, allows: values.yes })
  } finally {
    lines.close()
  }
  const { messages, recorded } = await host.conversations.get(user, id)
  const calls = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])))
  const isAsRecorded = ({ recorded: one }: (typeof calls)[number]) => one?.differences?.length === 0
  return recorded?.played === recorded?.entries && calls.every(isAsRecorded) ? 0 : 1
}

/** A registered plugin, or one beside the host that runs. */
async function findOrRegister(name: string, context: CommandContext): Promise<RegisteredPlugin> {
  const { host, user, print } = context
  const local = (await host.workspace.list(user)).find((one) => one.name === name)
  const registered = (await host.plugins.allVisible(user)).some(({ document }) => document.name === name)
  if (!local || local.plugin !== undefined || registered) return findPlugin(context, name)
  if (!local.isRunning) throw new UsageError(`${name} does not run: start it with pnpm dev --filter ${name}`)
  const { approved, steps } = await host.workspace.register(user, host.workspace.find(name), () => {})
  if (approved === undefined)
    throw new UsageError(`${name} could not be registered: ${steps.find(({ state }) => state === 'failed')?.message}`)
  print(`${name} is registered.`)
  return host.plugins.visible(user, approved)
}
