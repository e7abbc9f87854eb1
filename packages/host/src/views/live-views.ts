import { Problem } from '@reference-plugins/core'
import { LRUCache } from 'lru-cache'

/**
 * The view that may call in each conversation: the one that was opened last (MCP Apps of 2026). After a restart it is the
 * one that calls first.
 */
export class LiveViews {
  /** The calls whose answers the views show, by user and conversation. */
  readonly #calls = new LRUCache<string, string>({ max: 10_000 })

  /** The view of a call's answer is opened. Others of the conversation cannot call any more. */
  open(user: string, conversation: string, call: string): void {
    this.#calls.set(keyOf(user, conversation), call)
  }

  /** The view of a call's answer wants to call. @throws Problem 409 if another one has been opened since */
  claim(user: string, conversation: string, call: string): void {
    const key = keyOf(user, conversation)
    const live = this.#calls.get(key)
    if (live === undefined) this.#calls.set(key, call)
    else if (live !== call)
      throw new Problem(
        409,
        'Another view of this conversation has been opened, so this one cannot call: open it again',
      )
  }
}

const keyOf = (user: string, conversation: string): string => `${user} ${conversation}`
