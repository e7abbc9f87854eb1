import { Problem } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'

/** The view that may call in each conversation: the one that was opened last (MCP Apps of 2026). */
export class LiveViews {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The view of a call's answer is opened. Others of the conversation cannot call any more. */
  async open(user: string, conversation: string, call: string): Promise<void> {
    await this.#database.run`
      UPDATE conversation SET live_view = ${call} WHERE id = ${conversation} AND user_id = ${user}`
  }

  /** The view of a call's answer wants to call. @throws Problem 409 if another one has been opened since */
  async claim(user: string, conversation: string, call: string): Promise<void> {
    const claimed = await this.#database.run`
      UPDATE conversation SET live_view = ${call}
      WHERE id = ${conversation} AND user_id = ${user} AND COALESCE(live_view, ${call}) = ${call}`
    if (claimed === 0)
      throw new Problem(
        409,
        'Another view of this conversation has been opened, so this one cannot call: open it again',
      )
  }
}
