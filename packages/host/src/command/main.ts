import { createLog, EnvironmentError, Problem, readEnvironment } from '@reference-plugins/core'
import { HostEnvironment } from '../environment.ts'
import { type Host, openHost } from '../host.ts'
import { Presentation } from '../plugins/presentation.ts'
import { onlyUser } from '../users/users.ts'
import { ownKey } from '../vault/own-key.ts'
import { activate } from './activate.ts'
import { call } from './call.ts'
import { chat } from './chat.ts'
import { list } from './list.ts'
import { register } from './register.ts'
import { replayFiles } from './replay-files.ts'

const help = `pnpm host COMMAND, with the plugins and tokens of the host on this machine

  register ADDRESS [--service-token T] [--client-id ID --client-secret S]
                                   reads a plugin, step by step, and keeps it
  list                             what is registered
  activate NAME [--token T] [--username U --password P]
                                   with a token, or by signing in
  call NAME.OPERATION ['{"input": "as JSON"}'] [--yes]
                                   calls an operation; --yes allows what would be asked
  chat [--plugin NAME]... [--yes]  talks with the model that is found
  replay FILE...                   makes the calls of saved conversations again, and compares the answers
`

export interface CommandContext {
  host: Host
  presentation: Presentation
  user: string
  print: (line: string) => void
}

/** What was typed cannot be done. The message says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Command = (words: string[], context: CommandContext) => Promise<number>
const commands: Record<string, Command> = { register, list, activate, call, chat, replay: replayFiles }

/** Answers the exit code: 0 done, 1 not as it should be, 2 could not run. */
export async function main(words: string[]): Promise<number> {
  const [name = '', ...rest] = words
  const command = commands[name]
  if (!command) {
    console.log(help)
    return name === '' || /^(-h|--help|help)$/.test(name) ? 0 : 2
  }
  let host: Host | undefined
  try {
    host = await open()
    return await command(rest, { host, presentation: new Presentation(host), user: onlyUser.id, print: console.log })
  } catch (error) {
    const { message, stack, code = '', expose } = error as Error & { code?: string; expose?: boolean }
    const isTold =
      error instanceof Problem || error instanceof UsageError || error instanceof EnvironmentError || expose === true
    console.error(isTold || code.startsWith('ERR_PARSE_ARGS') ? message : stack)
    return 2
  } finally {
    await host?.close()
  }
}

function open(): Promise<Host> {
  const environment = readEnvironment(
    process.env,
    { port: 3000, folder: new URL('../..', import.meta.url) },
    HostEnvironment,
  )
  return openHost({
    databaseUrl: environment.DATABASE_URL,
    publicUrl: environment.PUBLIC_URL,
    keys: () => environment.HOST_KEY ?? ownKey(environment.DATABASE_URL),
    mode: 'single',
    development: environment.NODE_ENV === 'development',
    environment: process.env,
    log: createLog('warn', false),
  })
}
