import { createInterface } from 'node:readline/promises'
import type { EventStream } from '../conversation/event-stream.ts'
import { isDeclinedThen } from '../conversation/played-script.ts'
import { terminalText, visibleLine } from '../conversation/visible-text.ts'
import type { Call, Message, TurnEvent } from '../wire.ts'
import type { CommandContext } from './command-context.ts'
import { isYes, questionLines } from './confirm.ts'

export interface Lines {
  /** The line that is typed; empty at the end of the input. */
  ask(question: string): Promise<string>
  close(): void
}

/** Reads lines; those that are typed, or piped in, before they are asked for are kept. */
export function openLines({ terminal: { stdin, stdout } }: CommandContext): Lines {
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

function questionFor({ ask, plugin, operation, answered = [], recorded }: Call): string {
  const then = recorded?.answered?.[answered.length]
  return [
    ...(ask?.again === undefined ? [] : [ask.again]),
    ...(ask?.question === undefined ? [] : questionLines(plugin.title, ask.question, ask.facts)),
    ask?.reason,
    ...(ask?.warning ? [ask.warning] : []),
    visibleLine(`${plugin.title}: ${operation}`),
    `${ask?.request?.method} ${ask?.request?.host}${ask?.request?.path}`,
    ask?.arguments,
    ...(then ? [`In the recording, the user ${then.decision} this.`] : []),
    'Allow? [y/N] ',
  ].join('\n')
}

export interface Dialog {
  context: CommandContext
  lines: Lines
  conversation: string
  /** Whether every call that asks is allowed without asking. */
  allows: boolean
}

/** Shows a turn and those that follow from the decisions of the user. */
export async function showTurn(
  first: EventStream<TurnEvent>,
  { context, lines, conversation, allows }: Dialog,
  showsAnswers = false,
): Promise<void> {
  const { host, user } = context
  const said = new Map<string, number>()
  for (let events: EventStream<TurnEvent> | undefined = first; events; ) {
    const call = await show(events, context, showsAnswers, said)
    if (!call) return
    // An example that is played without asking declines what was declined.
    const isAllowed = allows ? !isDeclinedThen(call) : isYes(await lines.ask(questionFor(call)))
    const decision = isAllowed ? 'allow' : 'refuse'
    events = await host.turns.decide(user, conversation, call.id, decision, call.ask?.digest ?? '')
  }
}

/** Shows a turn. Answers the call that waits for confirmation. */
async function show(
  events: EventStream<TurnEvent>,
  { print, terminal: { stdout } }: CommandContext,
  showsAnswers: boolean,
  said: Map<string, number>,
): Promise<Call | undefined> {
  let waiting: Call | undefined
  for await (const event of events.listen(new AbortController().signal)) {
    if (event.type === 'message') for (const line of newTexts(event.message, said)) print(line)
    if (event.type === 'text') stdout.write(terminalText(event.delta))
    if (event.type === 'notice') print(`\n[${event.text}]`)
    if (event.type === 'call') {
      for (const line of linesOf(event.call, showsAnswers)) print(line)
      waiting = event.call.state === 'waiting' ? event.call : undefined
    }
    if (event.type === 'end' && event.problem !== undefined) print(`\n${event.problem}`)
  }
  print('')
  return waiting
}

/** The recorded texts of a message that have not been shown; a message is told again with each of them. */
function newTexts({ id, role, parts }: Message, said: Map<string, number>): string[] {
  const texts = parts.flatMap((part) => (part.type === 'text' && part.recorded ? [part.text] : []))
  const before = said.get(id) ?? 0
  said.set(id, texts.length)
  return texts.slice(before).map((text) => `\n${role === 'user' ? '> ' : ''}${text}`)
}

/** What is printed of a call that has ended. */
function linesOf({ state, plugin, operation, response, result = '', recorded }: Call, showsAnswers: boolean): string[] {
  const differences = (recorded?.differences ?? []).map((one) => `  differs from the recording: ${one}`)
  if (state === 'done')
    return [
      `\n[${plugin.name}.${operation} ${response?.status}${recorded && differences.length === 0 ? ', as recorded' : ''}]`,
      ...differences,
      ...(showsAnswers ? [result] : []),
    ]
  if (state === 'failed' || state === 'refused')
    return showsAnswers || recorded ? [`\n[${plugin.name}.${operation}] ${result}`, ...differences] : []
  return []
}
