import { Problem } from '@reference-plugins/core'
import type { Logger } from 'pino'
import { turnChannel } from '../channels.ts'
import type { LiveViews } from '../views/live-views.ts'
import type { Call, Decision, TurnEvent } from '../wire.ts'
import { EventStream } from './event-stream.ts'
import { Turn, type TurnState } from './turn.ts'
import type { TurnContext } from './turn-context.ts'

export interface TurnsOptions extends Omit<TurnContext, 'user' | 'conversation' | 'events' | 'signal'> {
  liveViews: LiveViews
  log: Logger
}

interface Running {
  user: string
  events: EventStream<TurnEvent>
  controller: AbortController
  ended?: Promise<void>
}

/**
 * The turns that are running: at most one in each conversation. A turn goes on when nobody listens, until the user stops
 * it or it reaches its limits.
 */
export class Turns {
  readonly #options: TurnsOptions
  readonly #running = new Map<string, Running>()

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** The events of the turn that is running; undefined if none is. */
  running(user: string, conversation: string): EventStream<TurnEvent> | undefined {
    return this.#running.get(keyOf(user, conversation))?.events
  }

  stop(user: string, conversation: string): void {
    this.#running.get(keyOf(user, conversation))?.controller.abort()
  }

  /** Stops every turn of the user, or of all users, and waits until they have ended. */
  async stopAll(user?: string): Promise<void> {
    const stopped = [...this.#running.values()].filter((one) => user === undefined || one.user === user)
    for (const { controller } of stopped) controller.abort()
    await Promise.all(stopped.map(({ ended }) => ended))
  }

  /** The user says something, and the model answers, if there is one. @throws Problem 404, 409 or 429, here and below */
  say(user: string, id: string, text: string): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => turn.say(text))
  }

  /** Plays the example of a conversation, or goes on with it. @throws Problem 404, 409 or 429 */
  play(user: string, id: string): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => {
      turn.checkPlay()
      return turn.play()
    })
  }

  /** The user calls an operation without a model, under the same rules. @throws Problem 404 or 409 */
  async callByHand(
    user: string,
    id: string,
    call: Pick<Call, 'operation' | 'arguments'> & { plugin: string },
  ): Promise<EventStream<TurnEvent>> {
    const plugin = await this.#options.plugins.visible(user, call.plugin)
    const operation = plugin.document.operations.find(({ name }) => name === call.operation)
    if (!operation) throw new Problem(404, `${plugin.document.title} has no operation ${call.operation}: see its page`)
    return this.#begin(user, id, (turn) => turn.callByHand({ plugin, operation }, call.arguments))
  }

  /**
   * The view of an answer wants to call an operation of its plugin: the user is asked. Only the view of the conversation
   * that was opened last may call.
   * @param call whose answer the view shows
   * @throws Problem 404, 409, or 429
   */
  callByView(
    user: string,
    id: string,
    call: string,
    wanted: Pick<Call, 'operation' | 'arguments'>,
  ): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => {
      const viewed = turn.viewedCall(call)
      this.#options.liveViews.claim(user, id, call)
      return turn.callByView(viewed, wanted)
    })
  }

  /**
   * The user allows or refuses a call that waits for it.
   * @throws Problem 404, or 409 if the call has been decided or `digest` is for another version of it
   */
  decide(user: string, id: string, call: string, decision: Decision, digest: string): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => turn.decide(turn.waitingCall(call, digest), decision), false)
  }

  /**
   * @param work throws, before it returns a promise, if the turn must not begin
   * @param grows whether it adds to the conversation; false if it ends what waits
   */
  async #begin(
    user: string,
    id: string,
    work: (turn: Turn) => Promise<TurnState>,
    grows = true,
  ): Promise<EventStream<TurnEvent>> {
    const key = keyOf(user, id)
    if (this.#running.has(key))
      throw new Problem(409, 'The conversation is being answered: wait until it ends, or stop it first')
    const running: Running = { user, events: new EventStream(), controller: new AbortController() }
    const { events, controller } = running
    // Reserved before the conversation is loaded, so that no other turn changes it in between.
    this.#running.set(key, running)
    let endWork: (() => void) | undefined
    try {
      endWork = await this.#options.limits.begin(user, 'turns')
      const conversation = await this.#options.conversations.get(user, id)
      if (grows) this.#options.limits.checkLength(conversation)
      const turn = new Turn({ ...this.#options, user, conversation, events, signal: controller.signal })
      const state = turnChannel.hasSubscribers
        ? turnChannel.tracePromise(() => work(turn), { conversation: id })
        : work(turn)
      running.ended = this.#end(key, running, state).finally(endWork)
      return events
    } catch (error) {
      this.#running.delete(key)
      endWork?.()
      events.end()
      throw error
    }
  }

  async #end(key: string, { events, controller }: Running, work: Promise<TurnState>): Promise<void> {
    const end = await work.then(
      (state) => ({ state }),
      (error: Error) => {
        const isExpected = error instanceof Problem || error.name === 'ModelError' || controller.signal.aborted
        if (!isExpected) this.#options.log.error({ err: error }, 'a turn failed')
        const problem = isExpected ? error.message : 'The host failed, and logged the error: try again'
        return { state: 'failed' as const, problem }
      },
    )
    this.#running.delete(key)
    events.emit({ type: 'end', ...(controller.signal.aborted ? { state: 'stopped' } : end) })
    events.end()
  }
}

const keyOf = (user: string, conversation: string): string => `${user} ${conversation}`
