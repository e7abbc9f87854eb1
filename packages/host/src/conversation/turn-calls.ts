import { Problem } from '@reference-plugins/core'
import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import { nameKey } from '@reference-plugins/oauth-server/name'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Call } from '../wire.ts'
import { type AskInput, isCurrent, newAsk, toAsk } from './confirmation.ts'
import { withDifferences } from './played-script.ts'
import type { TurnContext } from './turn-context.ts'
import type { TurnMessages } from './turn-messages.ts'

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
      if (!(await this.#ask(call, target))) await this.#call(call, target)
    } catch (error) {
      // The plugin has been removed or changed since its operations were put before the model.
      if (!(error instanceof Problem)) throw error
      await this.refuse(call, `Nothing was sent: ${error.message}`)
    }
  }

  /** Sends a call that the user has allowed. Asks again if it is not the one that they have seen. */
  async callAllowed(call: Call, isForAll: boolean): Promise<void> {
    const target = await this.target(call)
    if (!isCurrent(this.#asked(call, target))) return this.#askAgain(call, target)
    const { user, permissions } = this.#context
    if (isForAll && call.ask?.canRemember) await permissions.add(user, target.plugin, target.operation.name)
    await this.#call(call, target)
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
    return this.#messages.put({ ...call, state: 'refused', result })
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
    await this.#messages.put({ ...call, state: 'waiting', ask: newAsk(asked, reason, false) })
    const text = `${why}: check the call again.`
    await this.#messages.change({ type: 'notice', message: this.#messages.messageOf(call).id, text })
  }

  /** Asks the user if that is necessary. Resolves to whether it was. */
  async #ask(call: Call, target: Target): Promise<boolean> {
    const { permissions } = this.#context
    const [answered, described] = [await this.#answered(target.plugin), this.described]
    const ask = await toAsk({ ...this.#asked(call, target), answered, described, permissions })
    if (ask) await this.#messages.put({ ...call, state: 'waiting', ask })
    return ask !== undefined
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

  /** Calls, unless the user has called too often. */
  async #call(call: Call, target: Target): Promise<void> {
    const { user, limits } = this.#context
    const end = await limits.begin(user, 'calls').catch((error: Problem) => error)
    if (end instanceof Problem) return this.refuse(call, `Nothing was sent. ${end.message}. Tell the user.`)
    await this.#send(call, target).finally(end)
  }

  async #send({ ask: _, ...call }: Call, target: Target): Promise<void> {
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
    const { arguments: given } = call
    const input = { ...target, user, arguments: given, conversation: conversation.id, signal, onRequest }
    const outcome = await caller.call(input)
    await this.#messages.put(withDifferences({ ...sent, ...outcome }))
  }
}
