import { Problem } from '@reference-plugins/core'
import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import { nameKey } from '@reference-plugins/oauth-server/name'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { Caller } from '../calls/caller.ts'
import type { Model } from '../models/model.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import type { ScriptCall } from '../replay/script.ts'
import type { UserLimits } from '../users/user-limits.ts'
import type { Call, Conversation, Decision, Message, Part, TurnEvent } from '../wire.ts'
import { type AskInput, isAbout, isCurrent, newAsk, type Permissions, toAsk } from './confirmation.ts'
import { type Conversations, callsOf } from './conversations.ts'
import type { EventStream } from './event-stream.ts'
import { callByExample, callByHand, callByView } from './new-call.ts'
import { type PlayedScript, toPlayedCall, toRecorded, whyNotPlayed, withDifferences } from './played-script.ts'
import { chooseTools, type PromptParts, toPrompt } from './prompt.ts'
import { type MessageEvent, speak } from './speech.ts'

/** How often the model may call in one turn: ChatGPT tried up to ten times. */
const mostCalls = 12
/** How often views may call after the user's last message or call. */
const mostViewCalls = 10
/** How old the stored text of an answer may get, in milliseconds. */
const saveEvery = 1_000

export interface TurnContext {
  user: string
  /** Loaded when the turn begins. Nothing else changes its messages during the turn. */
  conversation: Conversation
  events: EventStream<TurnEvent>
  signal: AbortSignal
  conversations: Conversations
  plugins: Plugins
  caller: Caller
  permissions: Permissions
  limits: UserLimits
  /** The model of a user; undefined if there is none. */
  modelOf(user: string): Promise<Model | undefined>
  prompt: PromptParts
}

/** `waiting` for the user's decision about a call. */
export type TurnState = 'done' | 'waiting'

type Target = { plugin: RegisteredPlugin; operation: DocumentOperation; hasNamesake?: boolean }

/** One turn of a conversation: what happens after the user's message, call or decision until the user may act again. */
export class Turn {
  readonly #context: TurnContext
  /** The text that the model is saying. */
  #text: Extract<Part, { type: 'text' }> | undefined
  #savedAt = Date.now()
  /** The plugins whose descriptions the model can read. */
  #described: RegisteredPlugin[] = []

  constructor(context: TurnContext) {
    this.#context = context
  }

  async say(text: string): Promise<TurnState> {
    const isFirst = this.#context.conversation.messages.every(({ role }) => role !== 'user')
    for (const call of this.#calls())
      if (call.state === 'waiting') await this.#refuse(call, 'The user said something else instead. Nothing was sent.')
    await this.#add('user', [{ type: 'text', text }])
    if (isFirst) await this.#name(text)
    return this.#answer()
  }

  async callByHand(target: Target, given: Record<string, unknown>): Promise<TurnState> {
    const isFirst = this.#context.conversation.messages.length === 0
    const call = callByHand(target.plugin, target.operation, given)
    const message = await this.#add('user', [{ type: 'call', call }])
    if (isFirst) await this.#name(target.operation.title)
    await this.#askOrCall(call)
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
      if (entry.kind === 'user') await this.#add('user', [{ type: 'text', text: entry.text, recorded: true }])
      else {
        const last = conversation.messages.at(-1)
        const message = last?.role === 'assistant' ? last : await this.#add('assistant', [])
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
    this.#show(message)
  }

  async #callRecorded(message: Message, entry: ScriptCall, { plugins }: PlayedScript): Promise<void> {
    const { plugin, operation } = await this.#target({
      plugin: { id: plugins[entry.plugin] ?? '', title: entry.plugin },
      operation: entry.operation,
    })
    const played = toPlayedCall(entry, this.#context.conversation.messages)
    const call = callByExample(plugin, operation, played)
    await this.#change({ type: 'call', message: message.id, call })
    await this.#askOrCall(call)
  }

  /** Whether the last call of a message has an answer, or the user stopped it. */
  #isAnswered({ parts }: Message): boolean {
    return this.#context.signal.aborted || callsOf(parts).at(-1)?.response !== undefined
  }

  /** What follows may need the answer of this call. */
  async #endPlay({ id }: Message, why: string): Promise<TurnState> {
    const text = `${why}, so the example stops here. You can play the rest of it.`
    await this.#change({ type: 'notice', message: id, text })
    return 'done'
  }

  /** The call whose answer a view shows. @throws Problem 404, 409, or 429 if its views have called too often */
  viewedCall(id: string): Call {
    const { messages } = this.#context.conversation
    const viewed = this.#calls().find((one) => one.id === id && one.state === 'done')
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
    const target = await this.#target({ ...viewed, operation })
    const call = callByView(target.plugin, target.operation, given, viewed.id)
    const message = await this.#add('assistant', [{ type: 'call', call }])
    await this.#askOrCall(call)
    return isWaiting(message) ? 'waiting' : 'done'
  }

  /** The call that the user decides about. @throws Problem 404 or 409 */
  waitingCall(id: string, digest: string): Call {
    const call = this.#calls().find((one) => one.id === id)
    if (!call) throw new Problem(404, 'This call does not exist in this conversation')
    if (call.state !== 'waiting') throw new Problem(409, 'This call has already been decided')
    const { user, conversation } = this.#context
    if (!isAbout({ user, conversation: conversation.id, call }, digest))
      throw new Problem(409, 'This confirmation is for another version of the call: load the conversation again')
    return call
  }

  async decide(call: Call, decision: Decision): Promise<TurnState> {
    const { user, permissions } = this.#context
    const message = this.#messageOf(call)
    this.#show(message)
    if (decision === 'refuse')
      await this.#refuse(call, 'The user refused this call. Nothing was sent. Do not repeat it: ask what they want.')
    else {
      const target = await this.#target(call)
      if (!isCurrent(this.#asked(call, target))) {
        await this.#askAgain(call, target)
        return 'waiting'
      }
      if (decision === 'always' && call.ask?.canRemember)
        await permissions.add(user, target.plugin, target.operation.name)
      await this.#call(call, target)
    }
    if (isWaiting(message)) return 'waiting'
    if (call.recorded && decision === 'refuse') return this.#endPlay(message, 'You refused this call')
    if (call.recorded)
      return this.#isAnswered(message) ? this.play() : this.#endPlay(message, 'This call got no answer')
    return call.byHand || call.viewOf !== undefined ? 'done' : this.#answer(message)
  }

  /** Lets the model speak and makes the calls that it asks for, until it asks for none. */
  async #answer(begun?: Message): Promise<TurnState> {
    const { user, signal, modelOf } = this.#context
    const model = await modelOf(user)
    if (!model) return 'done'
    const message = begun ?? (await this.#add('assistant', []))
    for (;;) {
      let count = callsOf(message.parts).length
      const calls = await this.#listen(model, message)
      if (calls.length === 0) return 'done'
      for (const call of calls) {
        const isTooMany = count++ >= mostCalls
        if (call.state !== 'running') continue
        if (signal.aborted) await this.#refuse(call, 'The user stopped the answer before this call. Nothing was sent.')
        else if (isTooMany)
          await this.#refuse(call, `Nothing was sent: the host makes at most ${mostCalls} calls in a turn.`)
        else await this.#askOrCall(call)
      }
      if (signal.aborted) return 'done'
      if (isWaiting(message)) return 'waiting'
      if (count >= mostCalls) {
        const text = `The host ends this turn after ${mostCalls} calls. Say how to go on.`
        await this.#change({ type: 'notice', message: message.id, text })
        return 'done'
      }
    }
  }

  /** One answer of the model. Resolves to the calls that it asks for. */
  async #listen(model: Model, message: Message): Promise<Call[]> {
    const { user, conversation, conversations, prompt, signal } = this.#context
    const tools = await chooseTools(prompt, user, conversation)
    this.#described = tools.enabled
    const calls: Call[] = []
    this.#text = undefined
    try {
      for await (const event of speak(model, toPrompt(conversation, tools, signal), tools, message.id)) {
        if (event.type === 'call') calls.push(event.call)
        await this.#change(event)
      }
    } catch (error) {
      for (const call of calls)
        if (call.state === 'running') await this.#refuse(call, 'The model failed before this call. Nothing was sent.')
      throw error
    } finally {
      await conversations.saveMessage(user, message)
    }
    return calls
  }

  async #askOrCall(call: Call): Promise<void> {
    try {
      const target = await this.#target(call)
      if (!(await this.#ask(call, target))) await this.#call(call, target)
    } catch (error) {
      // The plugin has been removed or changed since its operations were put before the model.
      if (!(error instanceof Problem)) throw error
      await this.#refuse(call, `Nothing was sent: ${error.message}`)
    }
  }

  #asked(call: Call, target: Target) {
    return { ...target, user: this.#context.user, conversation: this.#context.conversation.id, call }
  }

  /** The confirmation has expired, or the plugin is not the one that the user has seen. */
  async #askAgain(call: Call, target: Target): Promise<void> {
    const asked = this.#asked(call, target)
    const isExpired = Date.parse(call.ask?.expiresAt ?? '') < Date.now()
    const why = isExpired ? 'The confirmation has expired' : `${call.plugin.title} has changed since you were asked`
    const reason = call.ask?.canRemember === false ? call.ask.reason : 'This call waited for your decision.'
    await this.#put({ ...call, state: 'waiting', ask: newAsk(asked, reason, false) })
    const text = `${why}: check the call again.`
    await this.#change({ type: 'notice', message: this.#messageOf(call).id, text })
  }

  /** Asks the user if that is necessary. Resolves to whether it was. */
  async #ask(call: Call, target: Target): Promise<boolean> {
    const { permissions } = this.#context
    const [answered, described] = [await this.#answered(target.plugin), this.#described]
    const ask = await toAsk({ ...this.#asked(call, target), answered, described, permissions })
    if (ask) await this.#put({ ...call, state: 'waiting', ask })
    return ask !== undefined
  }

  /**
   * The plugins other than `plugin` that have answered. What one with a sign-in answers is private, and what one on this
   * machine answers if `plugin` is elsewhere: it may be a file. Of one that is gone it is not known.
   */
  async #answered({ id: own, document: { server } }: RegisteredPlugin): Promise<AskInput['answered']> {
    const { user, plugins } = this.#context
    const titles = new Map<string, string>()
    for (const { response, plugin } of this.#calls())
      if (response && plugin.id !== own) titles.set(plugin.id, plugin.title)
    return Promise.all(
      [...titles].map(async ([id, title]) => {
        const document = (await plugins.visible(user, id).catch(() => undefined))?.document
        const isPrivate = document?.auth.type !== 'none' || (isLoopbackUrl(document.server) && !isLoopbackUrl(server))
        return { title, isPrivate }
      }),
    )
  }

  /** Calls, unless the user has called too often. */
  async #call(call: Call, target: Target): Promise<void> {
    const { user, limits } = this.#context
    const end = await limits.begin(user, 'calls').catch((error: Problem) => error)
    if (end instanceof Problem) return this.#refuse(call, `Nothing was sent. ${end.message}. Tell the user.`)
    await this.#send(call, target).finally(end)
  }

  async #send({ ask: _, ...call }: Call, target: Target): Promise<void> {
    const { user, conversation, signal, events, caller } = this.#context
    let sent: Call = { ...call, state: 'running' }
    // Stored before anything is sent: if the host ends now, it is known that the plugin may have made the change.
    await this.#put(sent)
    const message = this.#messageOf(sent).id
    const onRequest = (request: Call['request'] & {}) => {
      sent = { ...sent, request }
      // The request is stored with the outcome.
      events.emit({ type: 'call', message, call: sent })
    }
    const { arguments: given } = call
    const input = { ...target, user, arguments: given, conversation: conversation.id, signal, onRequest }
    const outcome = await caller.call(input)
    await this.#put(withDifferences({ ...sent, ...outcome }))
  }

  async #target(call: { plugin: Pick<Call['plugin'], 'id' | 'title'>; operation: string }): Promise<Target> {
    const { user, plugins } = this.#context
    const plugin = await plugins.visible(user, call.plugin.id)
    const operation = plugin.document.operations.find(({ name }) => name === call.operation)
    const key = nameKey(plugin.document.title)
    const others = (await plugins.allVisible(user)).filter(({ id }) => id !== plugin.id)
    const hasNamesake = others.some(({ document }) => nameKey(document.title) === key)
    if (operation) return { plugin, operation, hasNamesake }
    throw new Problem(409, `${call.plugin.title} has changed and no longer has the operation ${call.operation}`)
  }

  #refuse({ ask: _, ...call }: Call, result: string): Promise<void> {
    return this.#put({ ...call, state: 'refused', result })
  }

  #put(call: Call): Promise<void> {
    return this.#change({ type: 'call', message: this.#messageOf(call).id, call })
  }

  /** Every change of a message is made here: it is stored, then the listeners are told. */
  async #change(event: MessageEvent): Promise<void> {
    const { user, conversation, conversations, events } = this.#context
    const message = conversation.messages.find(({ id }) => id === event.message) as Message
    const { parts } = message
    if (event.type === 'notice') parts.push({ type: 'notice', text: event.text })
    if (event.type === 'call') {
      const place = parts.findIndex((part) => part.type === 'call' && part.call.id === event.call.id)
      parts.splice(place < 0 ? parts.length : place, 1, { type: 'call', call: event.call })
    }
    if (event.type === 'text') {
      this.#text ??= parts[parts.push({ type: 'text', text: '' }) - 1] as { type: 'text'; text: string }
      this.#text.text += event.delta
    }
    if (event.type !== 'text' || Date.now() - this.#savedAt > saveEvery) {
      this.#savedAt = Date.now()
      await conversations.saveMessage(user, message, event.type === 'call' ? event.call : undefined)
    }
    events.emit(event)
  }

  async #add(role: Message['role'], parts: Part[]): Promise<Message> {
    const { user, conversation, conversations } = this.#context
    const message = await conversations.addMessage(user, conversation.id, role, parts)
    conversation.messages.push(message)
    this.#show(message)
    return message
  }

  /** Tells the listeners the message as it is before its changes, because a late listener has read some of them. */
  #show(message: Message): void {
    this.#context.events.emit({ type: 'message', message: { ...message, parts: [...message.parts] } })
  }

  /** Names the conversation after the first line of a text. */
  async #name(text: string): Promise<void> {
    const { user, conversation, conversations, events } = this.#context
    const line = text.trim().split('\n')[0] ?? ''
    const title = line.length > 60 ? `${line.slice(0, 59).toWellFormed()}…` : line
    await conversations.change(user, conversation.id, { title })
    events.emit({ type: 'title', title })
  }

  #calls(): Call[] {
    return this.#context.conversation.messages.flatMap(({ parts }) => callsOf(parts))
  }

  #messageOf(call: Call): Message {
    const { messages } = this.#context.conversation
    return messages.find(({ parts }) => callsOf(parts).some(({ id }) => id === call.id)) as Message
  }
}

const isWaiting = ({ parts }: Message): boolean => callsOf(parts).some(({ state }) => state === 'waiting')
