import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import type { EventStream } from '../conversation/event-stream.ts'
import { terminalText, visibleLine } from '../conversation/visible-text.ts'
import type { Call, TurnEvent } from '../wire.ts'
import { type CommandContext, UsageError } from './command-context.ts'
import { isYes } from './confirm.ts'
import { findPlugin } from './find-plugin.ts'

export async function chat(words: string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: words,
    options: { plugin: { type: 'string', multiple: true }, yes: { type: 'boolean', default: false } },
  })
  const { host, user, print } = context
  const { chosen } = await host.models.state(user)
  if (!chosen)
    throw new UsageError(
      'No model was found: set OPENAI_API_KEY, or OPENAI_BASE_URL and OPENAI_MODEL, or ANTHROPIC_API_KEY, or start Ollama. pnpm host call needs no model',
    )
  const enabled = values.plugin
    ? await Promise.all(values.plugin.map(async (name) => (await findPlugin(context, name)).id))
    : await host.activations.active(user)
  const { id } = await host.conversations.add(user, enabled)
  print(`${chosen.model} answers. An empty line ends the conversation.`)
  const { ask, close } = openLines(context)
  try {
    for (;;) {
      const text = (await ask('> ')).trim()
      if (text === '') return 0
      let events: EventStream<TurnEvent> | undefined = await host.turns.say(user, id, text)
      while (events) {
        const call = await show(events, context)
        if (!call) break
        const isAllowed = values.yes || isYes(await ask(questionFor(call)))
        events = await host.turns.decide(user, id, call.id, isAllowed ? 'allow' : 'refuse', call.ask?.digest ?? '')
      }
    }
  } finally {
    close()
  }
}

/** Reads lines; those that are typed, or piped in, before they are asked for are kept. */
function openLines({ terminal: { stdin, stdout } }: CommandContext) {
  const terminal = createInterface({ input: stdin, output: stdout, terminal: stdin.isTTY === true })
  const lines = terminal[Symbol.asyncIterator]()
  return {
    async ask(question: string): Promise<string> {
      stdout.write(question)
      const { value, done } = await lines.next()
      return done ? '' : String(value)
    },
    close: () => terminal.close(),
  }
}

const questionFor = ({ ask, plugin, operation }: Call): string =>
  [
    ask?.reason,
    ...(ask?.warning ? [ask.warning] : []),
    visibleLine(`${plugin.title}: ${operation}`),
    `${ask?.request?.method} ${ask?.request?.host}${ask?.request?.path}`,
    ask?.arguments,
    'Allow? [y/N] ',
  ].join('\n')

/** Shows a turn. Answers the call that waits for confirmation. */
async function show(
  events: EventStream<TurnEvent>,
  { print, terminal: { stdout } }: CommandContext,
): Promise<Call | undefined> {
  let waiting: Call | undefined
  for await (const event of events.listen(new AbortController().signal)) {
    if (event.type === 'text') stdout.write(terminalText(event.delta))
    if (event.type === 'notice') print(`\n[${event.text}]`)
    if (event.type === 'call' && event.call.state === 'done')
      print(`\n[${event.call.plugin.name}.${event.call.operation} ${event.call.response?.status}]`)
    if (event.type === 'call' && event.call.state === 'waiting') waiting = event.call
    if (event.type === 'end' && event.problem !== undefined) print(`\n${event.problem}`)
  }
  print('')
  return waiting
}
