import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import type { EventStream } from '../conversation/event-stream.ts'
import type { Call, TurnEvent } from '../wire.ts'
import { findPlugin } from './find-plugin.ts'
import { type CommandContext, UsageError } from './main.ts'

export async function chat(words: string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: words,
    options: { plugin: { type: 'string', multiple: true }, yes: { type: 'boolean', default: false } },
  })
  const { host, user, print } = context
  const { chosen } = await host.models.state(user)
  if (!chosen)
    throw new UsageError(
      'No model was found: set OPENAI_API_KEY, or OPENAI_BASE_URL and OPENAI_MODEL, or ANTHROPIC_API_KEY, or start Ollama. Without one, pnpm host call does what you say',
    )
  const enabled = values.plugin
    ? await Promise.all(values.plugin.map(async (name) => (await findPlugin(context, name)).id))
    : [...(await host.credentials.activations(user))].flatMap(([id, state]) => (state === 'active' ? [id] : []))
  const { id } = await host.conversations.add(user, enabled)
  print(`${chosen.model} answers. An empty line ends the conversation.`)
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY === true,
  })
  const lines = terminal[Symbol.asyncIterator]()
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question)
    const { value, done } = await lines.next()
    return done ? '' : String(value)
  }
  try {
    for (;;) {
      const text = (await ask('> ')).trim()
      if (text === '') return 0
      let events: EventStream<TurnEvent> | undefined = await host.turns.say(user, id, text)
      while (events) {
        const waiting = await show(events)
        events = waiting && (await decide(waiting))
      }
    }
  } finally {
    terminal.close()
  }

  /** Shows a turn. Answers the call that waits for the user. */
  async function show(events: EventStream<TurnEvent>): Promise<Call | undefined> {
    let waiting: Call | undefined
    for await (const event of events.listen(new AbortController().signal)) {
      if (event.type === 'text') process.stdout.write(event.delta)
      if (event.type === 'notice') print(`\n[${event.text}]`)
      if (event.type === 'call' && event.call.state === 'done')
        print(`\n[${event.call.plugin.name}.${event.call.operation} ${event.call.response?.status}]`)
      if (event.type === 'call' && event.call.state === 'waiting') waiting = event.call
      if (event.type === 'end' && event.problem !== undefined) print(`\n${event.problem}`)
    }
    print('')
    return waiting
  }

  async function decide(call: Call): Promise<EventStream<TurnEvent>> {
    const question = `${call.ask?.reason}\n${call.plugin.title}: ${call.operation} ${JSON.stringify(call.arguments)}\nAllow? [y/N] `
    const isAllowed = values.yes || /^y(es)?$/i.test((await ask(question)).trim())
    return host.turns.decide(user, id, call.id, isAllowed ? 'allow' : 'refuse', call.ask?.digest ?? '')
  }
}
