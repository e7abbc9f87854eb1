import { parseArgs } from 'node:util'
import { isObject } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { withoutFiles } from '../calls/shown-arguments.ts'
import { asks } from '../conversation/confirmation.ts'
import { visibleLine } from '../conversation/visible-text.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { confirm } from './confirm.ts'
import { withFiles } from './files.ts'
import { findOperation } from './find-plugin.ts'

export async function call(words: string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      yes: { type: 'boolean', default: false },
      form: { type: 'string', short: 'F', multiple: true, default: [] },
    },
  })
  const [name, text = '{}'] = positionals
  if (name === undefined) throw new UsageError('Name the operation, such as todo.getTodos: pnpm host list shows them')
  const { plugin, operation } = await findOperation(context, name)
  const folder = context.terminal.env.INIT_CWD ?? process.cwd()
  const given = withFiles(parse(text), values.form, operation, folder)
  const isAllowed =
    asks(operation) === 'never' ||
    values.yes ||
    (await confirm(context.terminal, visibleLine(`Call ${name} with ${JSON.stringify(withoutFiles(given))}?`)))
  if (!isAllowed) return 1
  const outcome = await context.host.caller.call({
    user: context.user,
    plugin,
    operation,
    arguments: given,
    conversation: 'command-line',
    signal: AbortSignal.timeout(60_000),
  })
  context.print(outcome.result ?? '')
  return outcome.state === 'done' && (outcome.response?.status ?? 500) < 400 ? 0 : 1
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = parseExact(text)
    if (isObject(value)) return value
  } catch {}
  throw new UsageError(`The input must be a JSON object in quotes, such as '{"username": "ada"}'`)
}
