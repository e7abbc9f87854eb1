import { Problem } from '@reference-plugins/core'
import type { Model } from '../models/model.ts'
import type { ScriptCall } from '../replay/script.ts'
import type { Call, Decision, Message } from '../wire.ts'
import { isAbout } from './confirmation.ts'
import { callsOf } from './conversations.ts'
import { callByExample, callByHand, callByView } from './new-call.ts'
import { isDeclinedThen, type PlayedScript, toPlayedCall, toRecorded, whyNotPlayed } from './played-script.ts'
import { chooseTools, toPrompt } from './prompt.ts'
import { speak } from './speech.ts'
import { type Target, TurnCalls } from './turn-calls.ts'
import type { TurnContext } from './turn-context.ts'
import { TurnMessages } from './turn-messages.ts'

/** How often the model may call in one turn: ChatGPT tried up to ten times. */
const mostCalls = 12
/** How often views may call after the user's last message or call. */
const mostViewCalls = 10

/** `waiting` for the user's decision about a call. */
export type TurnState = 'done' | 'waiting'

/** One turn of a conversation: what happens after the user's message, call or decision until the user may act again. */
export class Turn {
  readonly #context: TurnContext
  readonly #messages: TurnMessages
  readonly #calls: TurnCalls

  constructor(context: TurnContext) {
    this.#context = context
    this.#messages = new TurnMessages(context)
    this.#calls = new TurnCalls(context, this.#messages)
  }

  async say(text: string): Promise<TurnState> {
    const isFirst = this.#context.conversation.messages.every(({ role }) => role !== 'user')
    for (const call of this.#messages.calls())
      if (call.state === 'waiting') await this.#calls.decline(call, 'The user said something else instead.')
    await this.#messages.add('user', [{ type: 'text', text }])
    if (isFirst) await this.#messages.name(text)
    return this.#answer()
  }

  async callByHand(target: Target, given: Record<string, unknown>): Promise<TurnState> {
    const isFirst = this.#context.conversation.messages.length === 0
    const call = callByHand(target.plugin, target.operation, given)
    const message = await this.#messages.add('user', [{ type: 'call', call }])
    if (isFirst) await this.#messages.name(target.operation.title)
    await this.#calls.askOrCall(call)
    return isWaiting(message) ? 'waiting' : 'done'
  }

  /** @throws Problem 409 if the example of the conversation cannot go on */
  checkPlay(): void {
    const why = whyNotPlayed(this.#context.conversation)
    if (why !== undefined) throw new Problem(409, why)
  }

  /** Plays the example of the conversation until a call waits, the user stops it or it is over. */
  async play(): Promise<TurnState> {
    const { user, conversation, conversations, signal } = this.#context
    const script = await conversations.scriptOf(user, conversation.id)
    if (!script) return 'done'
    const { played } = toRecorded(script, conversation.messages)
    for (const entry of script.entries.slice(played)) {
      if (signal.aborted) return 'done'
      if (entry.kind === 'user') await this.#messages.add('user', [{ type: 'text', text: entry.text, recorded: true }])
      else {
        const last = conversation.messages.at(-1)
        const message = last?.role === 'assistant' ? last : await this.#messages.add('assistant', [])
        if (entry.kind === 'call') await this.#callRecorded(message, entry, script)
        else await this.#sayRecorded(message, entry.text)
        if (isWaiting(message)) return 'waiting'
        if (entry.kind === 'call' && !this.#isAnswered(message))
          return this.#endPlay(message, 'This call got no answer')
      }
    }
    return 'done'
  }

  async #sayRecorded(message: Message, text: string): Promise<void> {
    const { user, conversations } = this.#context
    message.parts.push({ type: 'text', text, recorded: true })
    await conversations.saveMessage(user, message)
    this.#messages.show(message)
  }

  async #callRecorded(message: Message, entry: ScriptCall, { plugins }: PlayedScript): Promise<void> {
    const { plugin, operation } = await this.#calls.target({
      plugin: { id: plugins[entry.plugin] ?? '', title: entry.plugin },
      operation: entry.operation,
    })
    const played = toPlayedCall(entry, this.#context.conversation.messages)
    const call = callByExample(plugin, operation, played)
    await this.#messages.change({ type: 'call', message: message.id, call })
    await this.#calls.askOrCall(call)
  }

  /** Whether the last call of a message has an answer, or the user stopped it. */
  #isAnswered({ parts }: Message): boolean {
    return this.#context.signal.aborted || callsOf(parts).at(-1)?.response !== undefined
  }

  /** What follows may need the answer of this call. */
  async #endPlay({ id }: Message, why: string): Promise<TurnState> {
    const text = `${why}, so the example stops here. You can play the rest of it.`
    await this.#messages.change({ type: 'notice', message: id, text })
    return 'done'
  }

  /** The call whose answer a view shows. @throws Problem 404, 409, or 429 if its views have called too often */
  viewedCall(id: string): Call {
    const { messages } = this.#context.conversation
    const viewed = this.#messages.calls().find((one) => one.id === id && one.state === 'done')
    if (!viewed) throw new Problem(404, 'This call has no view in this conversation')
    const own = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1)
    const made = own.flatMap(({ parts }) => callsOf(parts)).filter(({ viewOf }) => viewOf !== undefined)
    if (made.some(({ state }) => state === 'waiting'))
      throw new Problem(409, 'Another call of a view waits for your decision: decide about it first')
    if (made.length >= mostViewCalls)
      throw new Problem(429, `Views have made ${mostViewCalls} calls: say something before they make more`)
    return viewed
  }

  /** The call is the view's, not the user's. */
  async callByView(
    viewed: Call,
    { operation, arguments: given }: Pick<Call, 'operation' | 'arguments'>,
  ): Promise<TurnState> {
    const target = await this.#calls.target({ ...viewed, operation })
    const call = callByView(target.plugin, target.operation, given, viewed.id)
    const message = await this.#messages.add('assistant', [{ type: 'call', call }])
    await this.#calls.askOrCall(call)
    return isWaiting(message) ? 'waiting' : 'done'
  }

  /** The call that the user decides about. @throws Problem 404 or 409 */
  waitingCall(id: string, digest: string): Call {
    const call = this.#messages.calls().find((one) => one.id === id)
    if (!call) throw new Problem(404, 'This call does not exist in this conversation')
    if (call.state !== 'waiting') throw new Problem(409, 'This call has already been decided')
    const { user, conversation } = this.#context
    if (!isAbout({ user, conversation: conversation.id, call }, digest))
      throw new Problem(409, 'This confirmation is for another version of the call: load the conversation again')
    return call
  }

  async decide(call: Call, decision: Decision): Promise<TurnState> {
    const message = this.#messages.messageOf(call)
    this.#messages.show(message)
    if (decision === 'refuse')
      await this.#calls.decline(call, 'The user refused this call.', 'Do not repeat it: ask what they want.')
    else await this.#calls.callAllowed(call, decision === 'always')
    if (isWaiting(message)) return 'waiting'
    if (call.recorded && decision === 'refuse')
      return isDeclinedThen(call) ? this.play() : this.#endPlay(message, 'You refused this call')
    if (call.recorded)
      return this.#isAnswered(message) ? this.play() : this.#endPlay(message, 'This call got no answer')
    // The model has gone on since a call that was sent again.
    const isOld = this.#context.conversation.messages.at(-1) !== message
    return call.byHand || call.viewOf !== undefined || isOld ? 'done' : this.#answer(message)
  }

  /** A call that can be sent again, because its outcome is not known and its plugin does it once. @throws Problem 404 or 409 */
  repeatableCall(id: string): Call {
    const call = this.#messages.calls().find((one) => one.id === id)
    if (!call) throw new Problem(404, 'This call does not exist in this conversation')
    if (call.hasKey && (call.state === 'failed' || call.state === 'unknown')) return call
    throw new Problem(409, 'Only a call that has an idempotency key, and got no answer, can be sent again')
  }

  /** Sends a call again, with the same key and under the same rules. */
  async repeat({ result: _, request: __, curl: ___, ...call }: Call): Promise<TurnState> {
    const message = this.#messages.messageOf(call)
    this.#messages.show(message)
    await this.#calls.askOrCall(call)
    return isWaiting(message) ? 'waiting' : 'done'
  }

  /** Lets the model speak and makes the calls that it asks for, until it asks for none. */
  async #answer(begun?: Message): Promise<TurnState> {
    const { user, signal, modelOf } = this.#context
    const model = await modelOf(user)
    if (!model) return 'done'
    const message = begun ?? (await this.#messages.add('assistant', []))
    for (;;) {
      let count = callsOf(message.parts).length
      const calls = await this.#listen(model, message)
      if (calls.length === 0) return 'done'
      for (const call of calls) {
        const isTooMany = count++ >= mostCalls
        if (call.state !== 'running') continue
        if (signal.aborted)
          await this.#calls.refuse(call, 'The user stopped the answer before this call. Nothing was sent.')
        else if (isTooMany)
          await this.#calls.refuse(call, `Nothing was sent: the host makes at most ${mostCalls} calls in a turn.`)
        else await this.#calls.askOrCall(call)
      }
      if (signal.aborted) return 'done'
      if (isWaiting(message)) return 'waiting'
      if (count >= mostCalls) {
        const text = `The host ends this turn after ${mostCalls} calls. Say how to go on.`
        await this.#messages.change({ type: 'notice', message: message.id, text })
        return 'done'
      }
    }
  }

  /** One answer of the model. Resolves to the calls that it asks for. */
  async #listen(model: Model, message: Message): Promise<Call[]> {
    const { user, conversation, conversations, prompt, signal } = this.#context
    const tools = await chooseTools(prompt, user, conversation)
    this.#calls.described = tools.enabled
    const calls: Call[] = []
    this.#messages.beginText()
    try {
      for await (const event of speak(model, toPrompt(conversation, tools, signal), tools, message.id)) {
        if (event.type === 'call') calls.push(event.call)
        await this.#messages.change(event)
      }
    } catch (error) {
      for (const call of calls)
        if (call.state === 'running')
          await this.#calls.refuse(call, 'The model failed before this call. Nothing was sent.')
      throw error
    } finally {
      await conversations.saveMessage(user, message)
    }
    return calls
  }
}

const isWaiting = ({ parts }: Message): boolean => callsOf(parts).some(({ state }) => state === 'waiting')
