import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { isObject } from '@reference-plugins/reader'
import { parseExact } from '@reference-plugins/reader/exact-json'
import { callConfirmed } from '../calls/confirmed-call.ts'
import { withoutFiles } from '../calls/shown-arguments.ts'
import { asks } from '../conversation/confirmation.ts'
import { visibleLine } from '../conversation/visible-text.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { confirm, questionLines } from './confirm.ts'
import { withFiles } from './files.ts'
import { findOperation } from './find-plugin.ts'

/** With the time in which the user decides, in milliseconds. */
const longestCommand = 600_000

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
  const { host, user, terminal, print } = context
  // What the plugin asks says more than the name of the operation.
  const isAllowed =
    asks(operation) === 'never' ||
    operation.confirms ||
    values.yes ||
    (await confirm(terminal, visibleLine(`Call ${name} with ${JSON.stringify(withoutFiles(given))}?`)))
  if (!isAllowed) return 1
  const input = {
    id: randomUUID(),
    user,
    plugin,
    operation,
    arguments: given,
    conversation: 'command-line',
    signal: AbortSignal.timeout(longestCommand),
  }
  const outcome = await callConfirmed(host.caller, input, ({ question, facts }, again) => {
    if (again !== undefined) print(again)
    for (const line of questionLines(plugin.document.title, question, facts)) print(line)
    return values.yes || confirm(terminal, 'Allow?')
  })
  print(outcome.result ?? '')
  return outcome.state === 'done' && (outcome.response?.status ?? 500) < 400 ? 0 : 1
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = parseExact(text)
    if (isObject(value)) return value
  } catch {}
  throw new UsageError(`The input must be a JSON object in quotes, such as '{"username": "ada"}'`)
}
