import { Problem } from '@reference-plugins/core'
import type { Logger } from 'pino'
import { turnChannel } from '../channels.ts'
import type { LiveViews } from '../views/live-views.ts'
import type { Call, Decision, TurnEvent } from '../wire.ts'
import { notFound } from './conversations.ts'
import { type EventSource, EventStream } from './event-stream.ts'
import { FollowedTurn } from './followed-turn.ts'
import { Turn, type TurnState } from './turn.ts'
import type { TurnContext } from './turn-context.ts'
import type { TurnEnd, TurnLeases } from './turn-leases.ts'

export interface TurnsOptions extends Omit<TurnContext, 'user' | 'conversation' | 'events' | 'signal'> {
  leases: TurnLeases
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
 * Turns: at most one at a time in each conversation. A turn goes on when nobody listens, until the user stops it or it
 * reaches its limits.
 */
export class Turns {
  readonly #options: TurnsOptions
  /** In this process. */
  readonly #running = new Map<string, Running>()

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** The events of the turn that is running, here or in another process; undefined if none is. */
  async running(user: string, conversation: string): Promise<EventSource<TurnEvent> | undefined> {
    const { conversations, leases } = this.#options
    const own = this.#running.get(keyOf(user, conversation))
    if (own) return own.events
    return (await leases.isRunning(conversation))
      ? new FollowedTurn(conversations, leases, user, conversation)
      : undefined
  }

  async stop(user: string, conversation: string): Promise<void> {
    const own = this.#running.get(keyOf(user, conversation))
    if (own) own.controller.abort()
    else await this.#options.leases.stop(user, conversation)
  }

  /** Stops every turn of this process, and waits until they have ended. */
  async stopAll(): Promise<void> {
    await endAll([...this.#running.values()])
  }

  /** Stops every turn of a user, also in other processes, and waits until they have ended. */
  async stopAllOf(user: string): Promise<void> {
    await endAll([...this.#running.values()].filter((one) => one.user === user))
    await this.#options.leases.stopAll(user)
  }

  /** The user says something, and the model answers, if there is one. @throws Problem 404, 409 or 429, here and below */
  say(user: string, id: string, text: string): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => () => turn.say(text))
  }

  /** Plays the example of a conversation, or goes on with it. @throws Problem 404, 409 or 429 */
  play(user: string, id: string): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => {
      turn.checkPlay()
      return () => turn.play()
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
    return this.#begin(user, id, (turn) => () => turn.callByHand({ plugin, operation }, call.arguments))
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
    return this.#begin(user, id, async (turn) => {
      const viewed = turn.viewedCall(call)
      await this.#options.liveViews.claim(user, id, call)
      return () => turn.callByView(viewed, wanted)
    })
  }

  /**
   * The user allows or refuses a call that waits for it.
   * @throws Problem 404, or 409 if the call has been decided or `digest` is for another version of it
   */
  decide(user: string, id: string, call: string, decision: Decision, digest: string): Promise<EventStream<TurnEvent>> {
    const work = (turn: Turn) => {
      const waiting = turn.waitingCall(call, digest)
      return () => turn.decide(waiting, decision)
    }
    return this.#begin(user, id, work, false)
  }

  /** Sends a call again of which it is not known whether it was made. @throws Problem 404, 409 or 429 */
  repeat(user: string, id: string, call: string): Promise<EventStream<TurnEvent>> {
    return this.#begin(user, id, (turn) => {
      const repeated = turn.repeatableCall(call)
      return () => turn.repeat(repeated)
    })
  }

  /**
   * @param work checks that the turn may begin, and returns what it does
   * @param grows whether it adds to the conversation; false if it ends what waits
   */
  async #begin(user: string, id: string, work: Work, grows = true): Promise<EventStream<TurnEvent>> {
    const key = keyOf(user, id)
    if (this.#running.has(key)) throw isAnswered()
    const running: Running = { user, events: new EventStream(), controller: new AbortController() }
    // Reserved before the conversation is loaded, so that no other turn changes it in between.
    this.#running.set(key, running)
    try {
      const endWork = await this.#options.limits.begin(user, 'turns')
      const begun = Promise.withResolvers<void>()
      running.ended = this.#run(running, id, work, grows, begun.resolve).catch(begun.reject).finally(endWork)
      await begun.promise
      return running.events
    } catch (error) {
      this.#running.delete(key)
      running.events.end()
      throw error
    }
  }

  /** Resolves when the turn has ended. @throws Problem 404, 409 or 429 if it does not begin */
  async #run(
    { user, events, controller }: Running,
    id: string,
    work: Work,
    grows: boolean,
    begin: () => void,
  ): Promise<void> {
    const { leases, limits, log } = this.#options
    const { signal } = controller
    let end: TurnEnd | undefined
    // Nobody else learns whether a turn is running, or keeps one from beginning.
    if (!(await this.#options.conversations.isOf(user, id))) throw notFound()
    const ran = await leases
      .run(id, controller, async (conversations) => {
        const conversation = await conversations.get(user, id)
        await conversations.settleInterrupted(user, conversation)
        if (grows) limits.checkLength(conversation)
        const turn = new Turn({ ...this.#options, conversations, user, conversation, events, signal })
        const go = await work(turn)
        begin()
        const state = turnChannel.hasSubscribers ? turnChannel.tracePromise(go, { conversation: id }) : go()
        end = await this.#endOf(state, signal, () => conversations.isOf(user, id))
        return end
      })
      .catch((error) => {
        if (!end) throw error
        log.error({ err: error }, 'the end of a turn was not stored')
        return true
      })
    if (!ran) throw isAnswered()
    this.#running.delete(keyOf(user, id))
    // When nothing of the turn is left that would keep the next one from beginning.
    if (end) events.emit(end)
    events.end()
  }

  async #endOf(work: Promise<TurnState>, signal: AbortSignal, isThere: () => Promise<boolean>): Promise<TurnEnd> {
    const end = await work.then(
      (state) => ({ state }),
      async (error: Error) => {
        const isExpected = error instanceof Problem || error.name === 'ModelError' || signal.aborted
        // Another instance may have deleted the conversation.
        if (!isExpected && !(await isThere().catch(() => true))) return { state: 'stopped' as const }
        if (!isExpected) this.#options.log.error({ err: error }, 'a turn failed')
        const problem = isExpected ? error.message : 'The host failed, and logged the error: try again'
        return { state: 'failed' as const, problem }
      },
    )
    return { type: 'end', ...(signal.aborted ? { state: 'stopped' } : end) }
  }
}

/** Throws, or rejects, if the turn must not begin. */
type Work = (turn: Turn) => (() => Promise<TurnState>) | Promise<() => Promise<TurnState>>

const isAnswered = () => new Problem(409, 'The conversation is being answered: wait until it ends, or stop it first')

const endAll = (turns: Running[]): Promise<unknown> => {
  for (const { controller } of turns) controller.abort()
  return Promise.all(turns.map(({ ended }) => ended))
}

const keyOf = (user: string, conversation: string): string => `${user} ${conversation}`
