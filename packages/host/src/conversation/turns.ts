import { Problem } from '@reference-plugins/core'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { Logger } from 'pino'
import type { Caller } from '../calls/caller.ts'
import type { Model, ModelEvent } from '../models/index.ts'
import type { Plugins, RegisteredPlugin } from '../plugins/plugins.ts'
import type { Call, Conversation, Decision, Message, Part, TurnEvent } from '../wire.ts'
import { isAbout, type Permissions, toAsk } from './confirmation.ts'
import { type Conversations, callsOf } from './conversations.ts'
import { EventStream } from './event-stream.ts'
import { newCall, toCall } from './new-call.ts'
import { type ChosenTools, chooseTools, type PromptParts, toPrompt } from './prompt.ts'

/** How often the model may call in one turn: ChatGPT tried up to ten times. */
const mostCalls = 12
/** Of what it asks for at once, more is not even read. */
const mostAtOnce = 50
const longestText = 100_000
const saveEvery = 1_000

export interface TurnsOptions {
  conversations: Conversations
  plugins: Plugins
  caller: Caller
  permissions: Permissions
  /** The model of a user; undefined where there is none. */
  modelOf(user: string): Promise<Model | undefined>
  /** Which tools are put before the model. */
  prompt: PromptParts
  log: Logger
}

interface Running {
  events: EventStream<TurnEvent>
  controller: AbortController
}

/** Turns of conversations: one at a time in each, going on when nobody listens, ended by the user or by their limits. */
export class Turns {
  readonly #options: TurnsOptions
  readonly #running = new Map<string, Running>()

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  isRunning(conversation: string): boolean {
    return this.#running.has(conversation)
  }

  /** The events of the turn that runs; none where none does. */
  listen(conversation: string, signal: AbortSignal): AsyncGenerator<TurnEvent> | undefined {
    return this.#running.get(conversation)?.events.listen(signal)
  }

  stop(conversation: string): void {
    this.#running.get(conversation)?.controller.abort()
  }

  /** Ends every turn, before the host does. */
  async close(): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort()
    while (this.#running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  /** The user says something, and the model answers, where there is one. */
  async say(user: string, id: string, text: string): Promise<EventStream<TurnEvent>> {
    const { conversations } = this.#options
    const conversation = await conversations.get(user, id)
    return this.#run(id, async (turn) => {
      await this.#giveUpWaiting(user, conversation, turn)
      const message = await conversations.addMessage(user, id, 'user', [{ type: 'text', text }])
      turn.events.emit({ type: 'message', message })
      if (conversation.messages.every(({ role }) => role !== 'user')) await this.#name(user, id, text, turn)
      return this.#answer(user, id, turn)
    })
  }

  /** The user calls an operation without a model. The same rules hold. */
  async callByHand(
    user: string,
    id: string,
    { plugin: pluginId, operation: name, arguments: given }: Pick<Call, 'operation' | 'arguments'> & { plugin: string },
  ): Promise<EventStream<TurnEvent>> {
    const { conversations, plugins } = this.#options
    const conversation = await conversations.get(user, id)
    const plugin = await plugins.visible(user, pluginId)
    const operation = plugin.document.operations.find((one) => one.name === name)
    if (!operation) throw new Problem(404, `${plugin.document.title} has no operation ${name}: see its page`)
    return this.#run(id, async (turn) => {
      const call = newCall(plugin, operation, given, true)
      const message = await conversations.addMessage(user, id, 'user', [{ type: 'call', call }])
      turn.events.emit({ type: 'message', message })
      if (conversation.messages.length === 0) await this.#name(user, id, operation.title, turn)
      await this.#begin(user, id, message, call, turn)
      turn.events.emit({ type: 'call', message: message.id, call })
      return call.state === 'waiting' ? 'waiting' : 'done'
    })
  }

  /**
   * The user's word about a call that waits.
   * @throws Problem 404, or 409 where the word is not about this call as it is, or comes too late
   */
  async decide(
    user: string,
    id: string,
    callId: string,
    decision: Decision,
    digest: string,
  ): Promise<EventStream<TurnEvent>> {
    const { conversations, permissions } = this.#options
    await this.#waiting(user, id, callId, digest)
    return this.#run(id, async (turn) => {
      // Looked at again, now that nobody else can decide.
      const { message, call } = await this.#waiting(user, id, callId, digest)
      if (decision === 'refuse') {
        delete call.ask
        refuse(call, 'The user refused this call. Nothing was sent. Do not try it again; ask what they want instead.')
      } else {
        const { plugin, operation } = await this.#find(user, call)
        const isLate = Date.parse(call.ask?.expiresAt ?? '') < Date.now()
        if (isLate && (await this.#ask(user, id, message, call, plugin, operation))) {
          turn.events.emit({ type: 'call', message: message.id, call })
          const text = 'It took too long to decide. Please look at the call, and decide again.'
          turn.events.emit({ type: 'notice', message: message.id, text })
          return 'waiting'
        }
        if (decision === 'always' && call.ask?.canRemember) await permissions.add(user, plugin, operation.name)
        delete call.ask
        await this.#perform(user, id, message, call, plugin, operation, turn)
      }
      await conversations.saveMessage(user, message)
      turn.events.emit({ type: 'call', message: message.id, call })
      if (callsOf(message.parts).some(({ state }) => state === 'waiting')) return 'waiting'
      return call.byHand ? 'done' : this.#answer(user, id, turn, message)
    })
  }

  /** The call that waits for the user's word. @throws Problem 404 or 409 */
  async #waiting(user: string, id: string, callId: string, digest: string): Promise<{ message: Message; call: Call }> {
    const { messages } = await this.#options.conversations.get(user, id)
    const message = messages.find(({ parts }) => callsOf(parts).some((call) => call.id === callId))
    const call = message && callsOf(message.parts).find((one) => one.id === callId)
    if (!message || !call) throw new Problem(404, 'There is no such call in this conversation')
    if (call.state !== 'waiting') throw new Problem(409, 'This call waits for nobody: it has been decided already')
    if (!isAbout(call, digest))
      throw new Problem(409, 'This is not the word about this call as it is shown: load the conversation again')
    return { message, call }
  }

  #run(id: string, work: (turn: Running) => Promise<'done' | 'waiting'>): EventStream<TurnEvent> {
    if (this.#running.has(id))
      throw new Problem(409, 'The conversation is being answered: wait until it ends, or stop it first')
    const turn: Running = { events: new EventStream(), controller: new AbortController() }
    this.#running.set(id, turn)
    work(turn)
      .then(
        (state) => ({ type: 'end', state: turn.controller.signal.aborted ? 'stopped' : state }) as const,
        (error: Error) => {
          if (turn.controller.signal.aborted) return { type: 'end', state: 'stopped' } as const
          const isTold = error instanceof Problem || error.name === 'ModelError'
          if (!isTold) this.#options.log.error({ err: error }, 'a turn failed')
          const problem = isTold ? error.message : 'The host failed, and it has been logged: try again'
          return { type: 'end', state: 'failed', problem } as const
        },
      )
      .then((event) => {
        this.#running.delete(id)
        turn.events.emit(event)
        turn.events.end()
      })
    return turn.events
  }

  async #name(user: string, id: string, text: string, { events }: Running): Promise<void> {
    const line = text.trim().split('\n')[0] ?? ''
    const title = line.length > 60 ? `${line.slice(0, 59).toWellFormed()}…` : line
    await this.#options.conversations.change(user, id, { title })
    events.emit({ type: 'title', title })
  }

  /** Who says something else instead has refused what waits. */
  async #giveUpWaiting(user: string, { messages }: Conversation, { events }: Running): Promise<void> {
    for (const message of messages) {
      const waiting = callsOf(message.parts).filter(({ state }) => state === 'waiting')
      for (const call of waiting) {
        delete call.ask
        refuse(call, 'The user said something else instead. Nothing was sent.')
        events.emit({ type: 'call', message: message.id, call })
      }
      if (waiting.length > 0) await this.#options.conversations.saveMessage(user, message)
    }
  }

  /** Lets the model speak, and call, until it has nothing more to do. */
  async #answer(user: string, id: string, turn: Running, begun?: Message): Promise<'done' | 'waiting'> {
    const { conversations, modelOf } = this.#options
    const model = await modelOf(user)
    if (!model) return 'done'
    const message = begun ?? (await conversations.addMessage(user, id, 'assistant', []))
    if (!begun) turn.events.emit({ type: 'message', message })
    for (;;) {
      const conversation = await conversations.get(user, id)
      const count = callsOf(message.parts).length
      const tools = await chooseTools(this.#options.prompt, user, conversation)
      const calls = await this.#speak(user, model, conversation, tools, message, turn)
      if (calls.length === 0) return 'done'
      for (const [index, call] of calls.entries()) {
        if (call.state !== 'running') continue
        if (turn.controller.signal.aborted) refuse(call, 'The user stopped before this call. Nothing was sent.')
        else if (count + index >= mostCalls)
          refuse(call, `Nothing was sent: the host makes at most ${mostCalls} calls in a turn.`)
        else await this.#begin(user, id, message, call, turn)
        turn.events.emit({ type: 'call', message: message.id, call })
      }
      await conversations.saveMessage(user, message)
      if (turn.controller.signal.aborted) return 'done'
      if (callsOf(message.parts).some(({ state }) => state === 'waiting')) return 'waiting'
      if (count + calls.length >= mostCalls) {
        const text = `The host ends this turn after ${mostCalls} calls. Say how to go on.`
        message.parts.push({ type: 'notice', text })
        await conversations.saveMessage(user, message)
        turn.events.emit({ type: 'notice', message: message.id, text })
        return 'done'
      }
    }
  }

  /** One answer of the model. Its text is kept as it comes, so that little is lost with the host. */
  async #speak(
    user: string,
    model: Model,
    conversation: Conversation,
    tools: ChosenTools,
    message: Message,
    { events, controller }: Running,
  ): Promise<Call[]> {
    const { conversations } = this.#options
    const calls: Call[] = []
    const text: Extract<Part, { type: 'text' }> = { type: 'text', text: '' }
    let savedAt = Date.now()
    const request = toPrompt(conversation, tools, controller.signal)
    try {
      for await (const event of model.stream(request)) {
        if (event.type === 'text') {
          if (text.text.length + event.delta.length > longestText) break
          if (text.text === '') message.parts.push(text)
          text.text += event.delta
          events.emit({ type: 'text', message: message.id, delta: event.delta })
          if (Date.now() - savedAt > saveEvery) {
            savedAt = Date.now()
            await conversations.saveMessage(user, message)
          }
        }
        if (event.type === 'call' || event.type === 'bad-call') {
          const call = toCall(event, tools)
          if (calls.length === mostAtOnce) break
          calls.push(call)
          message.parts.push({ type: 'call', call })
          events.emit({ type: 'call', message: message.id, call })
          await conversations.saveMessage(user, message)
        }
        const notice = event.type === 'end' ? endings[event.reason] : undefined
        if (notice !== undefined) {
          message.parts.push({ type: 'notice', text: notice })
          events.emit({ type: 'notice', message: message.id, text: notice })
        }
      }
    } catch (error) {
      for (const call of calls)
        if (call.state === 'running') {
          refuse(call, 'The answer of the model broke off before this call. Nothing was sent.')
          events.emit({ type: 'call', message: message.id, call })
        }
      throw error
    } finally {
      await conversations.saveMessage(user, message)
    }
    return calls
  }

  /** Asks the user where that is due, and calls otherwise. */
  async #begin(user: string, id: string, message: Message, call: Call, turn: Running): Promise<void> {
    try {
      const { plugin, operation } = await this.#find(user, call)
      const isAsked = await this.#ask(user, id, message, call, plugin, operation)
      if (!isAsked) await this.#perform(user, id, message, call, plugin, operation, turn)
    } catch (error) {
      // It has been removed, or changed, since it was put before the model.
      if (!(error instanceof Problem)) throw error
      refuse(call, `Nothing was sent: ${error.message}`)
    }
    await this.#options.conversations.saveMessage(user, message)
  }

  async #ask(
    user: string,
    id: string,
    message: Message,
    call: Call,
    plugin: RegisteredPlugin,
    operation: DocumentOperation,
  ): Promise<boolean> {
    const { conversations, permissions } = this.#options
    const { messages } = await conversations.get(user, id)
    // What this message has called before is not kept yet.
    const said = messages.map((one) => (one.id === message.id ? message : one))
    const ask = await toAsk({ user, plugin, operation, call, messages: said, permissions })
    if (!ask) return false
    Object.assign(call, { state: 'waiting', ask })
    await conversations.saveMessage(user, message)
    return true
  }

  async #perform(
    user: string,
    id: string,
    message: Message,
    call: Call,
    plugin: RegisteredPlugin,
    operation: DocumentOperation,
    { events, controller }: Running,
  ): Promise<void> {
    const { conversations, caller } = this.#options
    call.state = 'running'
    // Kept before anything is sent: should the host end now, it is known that something may have been done.
    await conversations.saveMessage(user, message)
    events.emit({ type: 'call', message: message.id, call })
    const outcome = await caller.call({
      user,
      plugin,
      operation,
      arguments: call.arguments,
      conversation: id,
      signal: controller.signal,
      onRequest(request) {
        call.request = request
        events.emit({ type: 'call', message: message.id, call })
      },
    })
    Object.assign(call, outcome)
  }

  async #find(user: string, call: Call): Promise<{ plugin: RegisteredPlugin; operation: DocumentOperation }> {
    const plugin = await this.#options.plugins.visible(user, call.plugin.id)
    const operation = plugin.document.operations.find(({ name }) => name === call.operation)
    if (!operation) throw new Problem(409, `${call.plugin.title} has changed and has no ${call.operation} any more`)
    return { plugin, operation }
  }
}

const refuse = (call: Call, result: string): Call => Object.assign(call, { state: 'refused' as const, result })

const endings: Record<Extract<ModelEvent, { type: 'end' }>['reason'], string | undefined> = {
  stop: undefined,
  calls: undefined,
  other: undefined,
  length: 'The model reached its longest answer here. Say "go on" for more.',
  refusal: 'The model refuses to answer this.',
}
