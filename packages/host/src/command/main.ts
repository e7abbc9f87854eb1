import { createLog, EnvironmentError, Problem } from '@reference-plugins/core'
import { terminalText } from '../conversation/visible-text.ts'
import { readHostEnvironment, toHostOptions } from '../environment.ts'
import { type Host, openHost } from '../host.ts'
import { onlyUser } from '../users/users.ts'
import { activate } from './activate.ts'
import { call } from './call.ts'
import { chat } from './chat.ts'
import { type CommandContext, type Terminal, UsageError } from './command-context.ts'
import { list } from './list.ts'
import { play } from './play.ts'
import { register } from './register.ts'
import { replayFiles } from './replay-files.ts'

const help = `pnpm host COMMAND, with the plugins and tokens of the host on this machine.
NAME is the name of a plugin, or the beginning of its ID where several have the name.

  register ADDRESS [--service-token T] [--client-id ID --client-secret S]
                                   reads a plugin step by step and registers it
  list                             lists the registered plugins and their operations
  activate NAME [--token T] [--username U --password P]
                                   activates a plugin, with a token or by signing in; one in plugins/
                                   with what it created for development
  call NAME.OPERATION ['{"input": "as JSON"}'] [-F INPUT=@FILE]... [--yes]
                                   calls an operation; -F sends a file; --yes answers the confirmation
  chat [--plugin NAME]... [--yes]  starts a conversation with the model that was found; without one,
                                   finds operations by what you type and asks for their inputs
  play NAME [--yes]                plays the recorded conversation of a plugin in plugins/ with real calls
  replay FILE...                   repeats the calls of saved conversations and compares the answers
`

type Command = (words: string[], context: CommandContext) => Promise<number>
const commands: Record<string, Command> = { register, list, activate, call, chat, play, replay: replayFiles }

/** Answers the exit code: 0 for success, 1 for a failed call or comparison, 2 if the command could not run. */
export async function main(words: string[], terminal: Terminal = process): Promise<number> {
  const [name = '', ...rest] = words
  const command = commands[name]
  // A reader such as head stops reading: the command still ends its work.
  terminal.stdout.on('error', () => {})
  // Another program gets the answers as they came.
  const shown = terminal.stdout.isTTY ? terminalText : String
  const print = (line: string) => void terminal.stdout.write(`${shown(line)}\n`)
  if (!command) {
    print(help)
    return name === '' || /^(-h|--help|help)$/.test(name) ? 0 : 2
  }
  let host: Host | undefined
  try {
    const options = toHostOptions(readHostEnvironment(terminal.env), terminal.env, createLog('warn', false))
    host = await openHost({ ...options, mode: 'single' })
    return await command(rest, { host, user: onlyUser.id, terminal, print })
  } catch (error) {
    terminal.stderr.write(`${terminalText(toMessage(error as Error) ?? '')}\n`)
    return 2
  } finally {
    await host?.close()
  }
}

/** The stack of an error that nobody expects; otherwise what to do. */
function toMessage(error: Error & { code?: string; expose?: boolean }): string | undefined {
  const isTold =
    error instanceof Problem ||
    error instanceof UsageError ||
    error instanceof EnvironmentError ||
    error.expose === true ||
    error.code?.startsWith('ERR_PARSE_ARGS')
  return isTold ? error.message : error.stack
}
