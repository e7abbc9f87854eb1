import { Problem } from '@reference-plugins/core'
import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import { nameKey } from '@reference-plugins/oauth-server/name'
import type { DocumentOperation } from '@reference-plugins/reader'
import { type Question, whyAgain } from '../calls/question.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { AnsweredQuestion, Call } from '../wire.ts'
import { type AskInput, asksPlugin, isCurrent, newAsk, toAsk } from './confirmation.ts'
import { withDifferences } from './played-script.ts'
import type { TurnContext } from './turn-context.ts'
import type { TurnMessages } from './turn-messages.ts'
import { visibleLine } from './visible-text.ts'

export type Target = { plugin: RegisteredPlugin; operation: DocumentOperation; hasNamesake?: boolean }

/** The calls of one turn: each is refused, waits for the user or is sent, and its message shows which. */
export class TurnCalls {
  readonly #context: TurnContext
  readonly #messages: TurnMessages
  /** The plugins whose descriptions the model can read. */
  described: RegisteredPlugin[] = []

  constructor(context: TurnContext, messages: TurnMessages) {
    this.#context = context
    this.#messages = messages
  }

  async askOrCall(call: Call): Promise<void> {
    try {
      const target = await this.target(call)
      const { permissions } = this.#context
      const [answered, described] = [await this.#answered(target.plugin), this.described]
      const input = { ...this.#asked(call, target), answered, described, permissions }
      const ask = await toAsk(input)
      if (ask && !(await asksPlugin(input))) await this.#messages.put({ ...call, state: 'waiting', ask })
      else await this.#call(call, target, ask)
    } catch (error) {
      // The plugin has been removed or changed since its operations were put before the model.
      if (!(error instanceof Problem)) throw error
      await this.refuse(call, `Nothing was sent: ${error.message}`)
    }
  }

  /** Sends a call that the user has allowed. Asks again if it is not the one that they have seen. */
  async callAllowed(call: Call, isForAll: boolean): Promise<void> {
    const target = await this.target(call)
    const { ask } = call
    if (!isCurrent(this.#asked(call, target))) return this.#askAgain(call, target)
    const { user, permissions, conversations } = this.#context
    if (isForAll && ask?.canRemember) await permissions.add(user, target.plugin, target.operation.name)
    await this.#call(withAnswer(call, 'confirmed'), target, ask, await conversations.tokenOf(call))
  }

  /** Ends a call that the user does not want. */
  decline(call: Call, why: string, advice = ''): Promise<void> {
    const effect = call.ask?.question === undefined ? 'Nothing was sent.' : 'Nothing was done.'
    return this.refuse(withAnswer(call, 'declined'), [why, effect, advice].join(' ').trim())
  }

  async target(call: { plugin: Pick<Call['plugin'], 'id' | 'title'>; operation: string }): Promise<Target> {
    const { user, plugins } = this.#context
    const plugin = await plugins.visible(user, call.plugin.id)
    const operation = plugin.document.operations.find(({ name }) => name === call.operation)
    const key = nameKey(plugin.document.title)
    const others = (await plugins.allVisible(user)).filter(({ id }) => id !== plugin.id)
    const hasNamesake = others.some(({ document }) => nameKey(document.title) === key)
    if (operation) return { plugin, operation, hasNamesake }
    throw new Problem(409, `${call.plugin.title} has changed and no longer has the operation ${call.operation}`)
  }

  refuse({ ask: _, ...call }: Call, result: string): Promise<void> {
    return this.#messages.put(withDifferences({ ...call, state: 'refused', result }))
  }

  #asked(call: Call, target: Target) {
    return { ...target, user: this.#context.user, conversation: this.#context.conversation.id, call }
  }

  /** The confirmation has expired, or the plugin is not the one that the user has seen. */
  async #askAgain(call: Call, target: Target): Promise<void> {
    const isExpired = Date.parse(call.ask?.expiresAt ?? '') < Date.now()
    const why = isExpired ? 'The confirmation has expired' : `${call.plugin.title} has changed since you were asked`
    const reason = call.ask?.canRemember === false ? call.ask.reason : 'This call waited for your decision.'
    const ask = newAsk(this.#asked(call, target), reason, false)
    await this.#notice(call, `${why}: check the call again.`)
    // What the plugin asked may have changed too.
    const { ask: expired, ...unasked } = call
    if (expired?.question) await this.#call(unasked, target, ask)
    else await this.#messages.put({ ...call, state: 'waiting', ask })
  }

  #notice(call: Call, text: string): Promise<void> {
    return this.#messages.change({ type: 'notice', message: this.#messages.messageOf(call).id, text })
  }

  /**
   * The plugins other than `plugin` that have answered. What one with a sign-in answers is private, and what one on this
   * machine answers if `plugin` is elsewhere: it may be a file. Of one that is gone it is not known.
   */
  async #answered({ id: own, document: { server } }: RegisteredPlugin): Promise<AskInput['answered']> {
    const { user, plugins } = this.#context
    const titles = new Map<string, string>()
    for (const { response, plugin } of this.#messages.calls())
      if (response && plugin.id !== own) titles.set(plugin.id, plugin.title)
    return Promise.all(
      [...titles].map(async ([id, title]) => {
        const document = (await plugins.visible(user, id).catch(() => undefined))?.document
        const isPrivate = document?.auth.type !== 'none' || (isLoopbackUrl(document.server) && !isLoopbackUrl(server))
        return { title, isPrivate }
      }),
    )
  }

  /**
   * Calls, unless the user has called too often.
   * @param ask why the user is asked, if the plugin asks them
   * @param confirmation the token of the question that the user has answered with yes
   */
  async #call(call: Call, target: Target, ask?: Call['ask'], confirmation?: string): Promise<void> {
    const { user, limits } = this.#context
    const end = await limits.begin(user, 'calls').catch((error: Problem) => error)
    if (end instanceof Problem) return this.refuse(call, `Nothing was sent. ${end.message}. Tell the user.`)
    await this.#send(call, target, ask, confirmation).finally(end)
  }

  async #send(
    { ask: allowed, ...call }: Call,
    target: Target,
    ask?: Call['ask'],
    confirmation?: string,
  ): Promise<void> {
    const { user, conversation, signal, events, caller } = this.#context
    let sent: Call = { ...call, state: 'running' }
    // Stored before anything is sent: if the host ends now, it is known that the plugin may have made the change.
    await this.#messages.put(sent)
    const message = this.#messages.messageOf(sent).id
    const onRequest = (request: Call['request'] & {}) => {
      sent = { ...sent, request }
      // The request is stored with the outcome.
      events.emit({ type: 'call', message, call: sent })
    }
    const { id, arguments: given } = call
    const input = {
      ...target,
      id,
      user,
      arguments: given,
      conversation: conversation.id,
      signal,
      onRequest,
      confirmation,
    }
    const { question, ...outcome } = await caller.call(input)
    if (question) return this.#askQuestion(call, target, question, ask)
    await this.#messages.put(withDifferences({ ...sent, ...outcome }))
    const isMade = outcome.response !== undefined && outcome.response.status < 300
    const isUnasked = allowed === undefined && !isConfirmed(call)
    if (target.operation.confirms && isMade && isUnasked) await this.#distrust(call, target)
  }

  /** The plugin has made a call that it should have asked about. From now on the host asks before it sends one. */
  async #distrust(call: Call, { plugin, operation }: Target): Promise<void> {
    await this.#context.permissions.distrust(plugin, operation.name)
    const title = visibleLine(plugin.document.title)
    const text = `${title} has made this call without asking you, although it says that it asks. From now on this host asks first.`
    await this.#notice(call, text)
  }

  /** The plugin asks the user. Its question has the reason and the warnings of the host too. */
  async #askQuestion(call: Call, target: Target, question: Question, ask?: Call['ask']): Promise<void> {
    const reason = ask?.reason ?? 'This call is made only if you allow it.'
    const asked = newAsk(this.#asked(call, target), reason, false, question)
    const again = whyAgain(call.answered, question)
    await this.#messages.put({ ...call, state: 'waiting', ask: { ...asked, ...(again && { again }) } }, question.token)
  }
}

/** Whether the user has answered a question of the plugin with yes, for this or an earlier try. */
const isConfirmed = ({ answered = [] }: Call): boolean => answered.some(({ decision }) => decision === 'confirmed')

/** The call with what the user has answered to the question of its plugin, if it has asked one. */
function withAnswer(call: Call, decision: AnsweredQuestion['decision']): Call {
  const { question, facts = [] } = call.ask ?? {}
  return question === undefined
    ? call
    : { ...call, answered: [...(call.answered ?? []), { question, facts, decision }] }
}
