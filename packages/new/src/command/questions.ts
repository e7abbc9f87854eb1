import { cancel, intro, isCancel, outro, select, text } from '@clack/prompts'
import type { AuthMode } from '../auth/auth-mode.ts'
import { checkName, checkTitle, titleOf } from '../name.ts'
import { checkPort, nextPort } from '../port.ts'
import { Refusal } from '../refusal.ts'
import type { Workspace, WorkspacePlugin } from '../workspace/workspace.ts'
import { choose, possibleModes } from './choice.ts'
import type { Options } from './options.ts'

/** The user pressed Ctrl-C or Escape at a question. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

const modes: Record<AuthMode, string> = {
  none: 'anyone may call it',
  service: 'one token for all users of an assistant',
  user: 'each user pastes a token of their own',
  oauth: 'each user signs in',
}

/** Asks for what the command line does not say. */
export async function ask(workspace: Workspace, options: Options): Promise<Options> {
  intro('A new plugin')
  const name =
    options.name ??
    (await answer(
      text({
        message: 'Its name',
        placeholder: 'weather',
        validate: refusalOf((value) => checkName(value, workspace)),
      }),
    ))
  const forms = checkName(name, workspace)
  let { from, auth } = options
  if (options.openapi === undefined) {
    from ??= await answer(
      select({
        message: 'Which plugin to start from',
        initialValue: choose(workspace, undefined, auth as AuthMode | undefined).from,
        options: workspace.plugins.map((plugin) => ({ value: plugin.name, label: plugin.name, hint: hintOf(plugin) })),
      }),
    )
    const possible = possibleModes(workspace, from)
    if (auth === undefined && possible.length > 1)
      auth = await answer(
        select({
          message: 'Who may call it',
          initialValue: choose(workspace, from, undefined).auth,
          options: possible.map((mode) => ({ value: mode, label: mode, hint: modes[mode] })),
        }),
      )
  }
  const title =
    options.title ??
    (await answer(text({ message: 'Its title', initialValue: titleOf(forms), validate: refusalOf(checkTitle) })))
  const port =
    options.port ??
    (await answer(
      text({
        message: 'Its port in development',
        initialValue: String(nextPort(workspace)),
        validate: refusalOf((value) => checkPort(value, workspace)),
      }),
    ))
  outro(`plugins/${forms.kebab}`)
  return { ...options, name, from, auth, title, port }
}

const hintOf = ({ description, auth }: WorkspacePlugin): string =>
  [description, auth && `auth ${auth}`].filter(Boolean).join(' ')

async function answer<Value>(question: Promise<Value>): Promise<Exclude<Value, symbol>> {
  const given = await question
  if (!isCancel(given)) return given as Exclude<Value, symbol>
  cancel('Nothing was written')
  throw new Cancelled()
}

/** What a check refuses, as the message under the field. */
const refusalOf = (check: (value: string) => unknown) => (value: string | undefined) => {
  try {
    check(value ?? '')
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}
