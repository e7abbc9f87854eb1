import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { callConfirmed } from '../calls/confirmed-call.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { readFile } from '../replay/conversation-file.ts'
import { type Perform, replay } from '../replay/replay.ts'
import type { ScriptCall } from '../replay/script.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { findPlugin } from './find-plugin.ts'

/** Replays conversations against the registered plugins that the files name. */
export async function replayFiles(words: string[], context: CommandContext): Promise<number> {
  const { positionals } = parseArgs({ args: words, allowPositionals: true, options: {} })
  if (positionals.length === 0)
    throw new UsageError('Name the files of saved conversations: the page of the host saves them')
  let faults = 0
  for (const path of positionals) faults += await replayFile(path, context)
  return faults === 0 ? 0 : 1
}

async function replayFile(path: string, context: CommandContext): Promise<number> {
  const script = read(path)
  const plugins = new Map<string, RegisteredPlugin>()
  for (const name of new Set(script.entries.flatMap((entry) => (entry.kind === 'call' ? [entry.plugin] : []))))
    plugins.set(name, await findPlugin(context, name, script.plugins[name]))
  const results = await replay(script, (call) => perform(context, plugins.get(call.plugin) as RegisteredPlugin, call))
  for (const { call, faults } of results) {
    context.print(`${faults.length === 0 ? '✔' : '✖'} ${call.plugin}.${call.operation}`)
    for (const fault of faults.slice(0, 10)) context.print(`  ${fault}`)
  }
  const bad = results.filter(({ faults }) => faults.length > 0).length
  if (results.length === 0) context.print(`${path} contains no calls`)
  context.print(`${basename(path)}: ${results.length - bad} calls as recorded, ${bad} different`)
  return results.length === 0 ? 1 : bad
}

export async function perform(
  { host, user }: Pick<CommandContext, 'host' | 'user'>,
  plugin: RegisteredPlugin,
  call: ScriptCall,
): ReturnType<Perform> {
  const operation = plugin.document.operations.find(({ name }) => name === call.operation)
  if (!operation) return { status: undefined, body: '', result: `${call.plugin} has no operation ${call.operation}` }
  const input = {
    id: randomUUID(),
    user,
    plugin,
    operation,
    arguments: call.arguments,
    conversation: 'replay',
    signal: AbortSignal.timeout(60_000),
  }
  const decisions = (call.answered ?? []).map(({ decision }) => decision)
  const {
    response,
    result = '',
    answered,
  } = await callConfirmed(host.caller, input, () => decisions.shift() === 'confirmed')
  return { status: response?.status, body: response?.body ?? '', result, answered }
}

function read(path: string) {
  try {
    return readFile(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`)
  }
}
