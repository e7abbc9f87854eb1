import { Problem } from '@reference-plugins/core'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { Caller } from '../calls/caller.ts'
import type { Model } from '../models/index.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import type { Call, Conversation, Decision, Message, Part, TurnEvent } from '../wire.ts'
import { isAbout, type Permissions, toAsk } from './confirmation.ts'
import { type Conversations, callsOf } from './conversations.ts'
import type { EventStream } from './event-stream.ts'
import { newCall } from './new-call.ts'
import { chooseTools, type PromptParts, toPrompt } from './prompt.ts'
import { type MessageEvent, speak } from './speech.ts'

/** How often the model may call in one turn: ChatGPT tried up to ten times. */
const mostCalls = 12
const longestName = 60
/** How old the stored text of an answer may get, in milliseconds. */
const saveEvery = 1_000

export interface TurnParts {
  conversations: Conversations
  plugins: Plugins
  caller: Caller
  permissions: Permissions
  /** The model of a user; undefined if there is none. */
  modelOf(user: string): Promise<Model | undefined>
  prompt: PromptParts
}

export interface TurnInput {
  user: string
  /** Nothing else may change it during the turn. */
  conversation: Conversation
  events: EventStream<TurnEvent>
  signal: AbortSignal
}

/** `waiting` for the user's decision about a call. */
export type TurnState = 'done' | 'waiting'

/** A call in the message in which it stands. */
interface Placed {
  message: Message
  call: Call
}

interface Target {
  plugin: RegisteredPlugin
  operation: DocumentOperation
}

/** One turn of a conversation: what happens from the user's message or decision until it is the user's turn again. */
export class Turn {
  readonly #parts: TurnParts
  readonly #user: string
  readonly #conversation: Conversation
  readonly #events: EventStream<TurnEvent>
  readonly #signal: AbortSignal
  /** The text that the model is saying. */
  #text: Extract<Part, { type: 'text' }> | undefined
  #savedAt = Date.now()

  constructor(parts: TurnParts, { user, conversation, events, signal }: TurnInput) {
    this.#parts = parts
    this.#user = user
    this.#conversation = conversation
    this.#events = events
    this.#signal = signal
  }

  async say(text: string): Promise<TurnState> {
    const isFirst = this.#conversation.messages.every(({ role }) => role !== 'user')
    for (const placed of this.#calls())
      if (placed.call.state === 'waiting')
        await this.#refuse(placed, 'The user said something else instead. Nothing was sent.')
    await this.#add('user', [{ type: 'text', text }])
    if (isFirst) await this.#name(text)
    return this.#answer()
  }

  async callByHand(
    plugin: RegisteredPlugin,
    operation: DocumentOperation,
    given: Record<string, unknown>,
  ): Promise<TurnState> {
    const isFirst = this.#conversation.messages.length === 0
    const call = newCall(plugin, operation, given, true)
    const message = await this.#add('user', [{ type: 'call', call }])
    if (isFirst) await this.#name(operation.title)
    await this.#askOrCall({ message, call })
    return isWaiting(message) ? 'waiting' : 'done'
  }

  async decide(placed: Placed, decision: Decision): Promise<TurnState> {
    const { message, call } = placed
    if (decision === 'refuse')
      await this.#refuse(
        placed,
        'The user refused this call. Nothing was sent. Do not try it again; ask what they want instead.',
      )
    else {
      const target = await this.#target(call)
      const isLate = Date.parse(call.ask?.expiresAt ?? '') < Date.now()
      if (isLate && (await this.#ask(placed, target))) {
        const text = 'The confirmation has expired. Check the call, and decide again.'
        this.#events.emit({ type: 'notice', message: message.id, text })
        return 'waiting'
      }
      if (decision === 'always' && call.ask?.canRemember)
        await this.#parts.permissions.add(this.#user, target.plugin, target.operation.name)
      await this.#call(placed, target)
    }
    if (isWaiting(message)) return 'waiting'
    return call.byHand ? 'done' : this.#answer(message)
  }

  /** The call that the user decides about. @throws Problem 404 or 409 */
  waitingCall(id: string, digest: string): Placed {
    const placed = this.#calls().find(({ call }) => call.id === id)
    if (!placed) throw new Problem(404, 'This call does not exist in this conversation')
    if (placed.call.state !== 'waiting') throw new Problem(409, 'This call has already been decided')
    if (!isAbout(placed.call, digest))
      throw new Problem(409, 'This confirmation is for another version of the call: load the conversation again')
    return placed
  }

  /** Lets the model speak and makes the calls that it asks for, until it asks for none. */
  async #answer(begun?: Message): Promise<TurnState> {
    const model = await this.#parts.modelOf(this.#user)
    if (!model) return 'done'
    const message = begun ?? (await this.#add('assistant', []))
    for (;;) {
      const before = callsOf(message.parts).length
      const calls = await this.#hear(model, message)
      if (calls.length === 0) return 'done'
      for (const [index, call] of calls.entries()) {
        if (call.state !== 'running') continue
        const placed = { message, call }
        if (this.#signal.aborted)
          await this.#refuse(placed, 'The user stopped the answer before this call. Nothing was sent.')
        else if (before + index >= mostCalls)
          await this.#refuse(placed, `Nothing was sent: the host makes at most ${mostCalls} calls in a turn.`)
        else await this.#askOrCall(placed)
      }
      if (this.#signal.aborted) return 'done'
      if (isWaiting(message)) return 'waiting'
      if (before + calls.length >= mostCalls) {
        const text = `The host ends this turn after ${mostCalls} calls. Say how to go on.`
        await this.#change({ type: 'notice', message: message.id, text })
        return 'done'
      }
    }
  }

  /** One answer of the model. Answers with the calls that it asks for. */
  async #hear(model: Model, message: Message): Promise<Call[]> {
    const tools = await chooseTools(this.#parts.prompt, this.#user, this.#conversation)
    const request = toPrompt(this.#conversation, tools, this.#signal)
    const calls: Call[] = []
    this.#text = undefined
    try {
      for await (const event of speak(model, request, tools, message.id)) {
        if (event.type === 'call') calls.push(event.call)
        await this.#change(event)
      }
    } catch (error) {
      for (const call of calls)
        if (call.state === 'running')
          await this.#refuse({ message, call }, 'The model failed before this call. Nothing was sent.')
      throw error
    } finally {
      await this.#parts.conversations.saveMessage(this.#user, message)
    }
    return calls
  }

  async #askOrCall(placed: Placed): Promise<void> {
    try {
      const target = await this.#target(placed.call)
      if (!(await this.#ask(placed, target))) await this.#call(placed, target)
    } catch (error) {
      // The plugin has been removed or changed since its operations were put before the model.
      if (!(error instanceof Problem)) throw error
      await this.#refuse(placed, `Nothing was sent: ${error.message}`)
    }
  }

  /** Asks the user, if that is necessary. Answers whether it was. */
  async #ask({ message, call }: Placed, target: Target): Promise<boolean> {
    const { messages } = this.#conversation
    const ask = await toAsk({ ...target, user: this.#user, call, messages, permissions: this.#parts.permissions })
    if (ask) await this.#put(message, { ...call, state: 'waiting', ask })
    return ask !== undefined
  }

  async #call({ message, call: { ask: _, ...call } }: Placed, target: Target): Promise<void> {
    let sent: Call = { ...call, state: 'running' }
    // Stored before anything is sent: if the host ends now, it is known that the plugin may have made the call.
    await this.#put(message, sent)
    const outcome = await this.#parts.caller.call({
      ...target,
      user: this.#user,
      arguments: call.arguments,
      conversation: this.#conversation.id,
      signal: this.#signal,
      onRequest: (request) => {
        sent = { ...sent, request }
        // Stored with the outcome.
        this.#events.emit({ type: 'call', message: message.id, call: sent })
      },
    })
    await this.#put(message, { ...sent, ...outcome })
  }

  async #target(call: Call): Promise<Target> {
    const plugin = await this.#parts.plugins.visible(this.#user, call.plugin.id)
    const operation = plugin.document.operations.find(({ name }) => name === call.operation)
    if (!operation)
      throw new Problem(409, `${call.plugin.title} has changed and no longer has the operation ${call.operation}`)
    return { plugin, operation }
  }

  #refuse({ message, call: { ask: _, ...call } }: Placed, result: string): Promise<void> {
    return this.#put(message, { ...call, state: 'refused', result })
  }

  #put(message: Message, call: Call): Promise<void> {
    return this.#change({ type: 'call', message: message.id, call })
  }

  /** Every change of a message is made here: it is stored, then the listeners are told. */
  async #change(event: MessageEvent): Promise<void> {
    const { messages } = this.#conversation
    const message = messages.find(({ id }) => id === event.message) as Message
    const { parts } = message
    if (event.type === 'notice') parts.push({ type: 'notice', text: event.text })
    if (event.type === 'text') {
      if (!this.#text) {
        this.#text = { type: 'text', text: '' }
        parts.push(this.#text)
      }
      this.#text.text += event.delta
    }
    if (event.type === 'call') {
      const place = parts.findIndex((part) => part.type === 'call' && part.call.id === event.call.id)
      parts.splice(place < 0 ? parts.length : place, 1, { type: 'call', call: event.call })
    }
    if (event.type !== 'text' || Date.now() - this.#savedAt > saveEvery) {
      this.#savedAt = Date.now()
      await this.#parts.conversations.saveMessage(this.#user, message, event.type === 'call' ? event.call : undefined)
    }
    this.#events.emit(event)
  }

  async #add(role: Message['role'], parts: Part[]): Promise<Message> {
    const message = await this.#parts.conversations.addMessage(this.#user, this.#conversation.id, role, parts)
    this.#conversation.messages.push(message)
    this.#events.emit({ type: 'message', message: { ...message, parts: [...parts] } })
    return message
  }

  /** Names the conversation after the first line of a text. */
  async #name(text: string): Promise<void> {
    const line = text.trim().split('\n')[0] ?? ''
    const title = line.length > longestName ? `${line.slice(0, longestName - 1).toWellFormed()}…` : line
    await this.#parts.conversations.change(this.#user, this.#conversation.id, { title })
    this.#events.emit({ type: 'title', title })
  }

  #calls(): Placed[] {
    return this.#conversation.messages.flatMap((message) => callsOf(message.parts).map((call) => ({ message, call })))
  }
}

const isWaiting = ({ parts }: Message): boolean => callsOf(parts).some(({ state }) => state === 'waiting')
