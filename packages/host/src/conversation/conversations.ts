import { randomUUID } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import { parseExact } from '@reference-plugins/reader/exact-json'
import type { Database, Holds, Transaction } from '@reference-plugins/store'
import { now } from '../tables.ts'
import type { Call, Conversation, ConversationSummary, Message, Part } from '../wire.ts'
import { MessageIndex } from './message-index.ts'
import { type PlayedScript, toRecorded } from './played-script.ts'
import { type CallRow, readCall, readCalls, readParts, storeCall, storeParts } from './stored-message.ts'

const longestTitle = 80
const mostListed = 500

interface ConversationRow {
  id: string
  title: string
  plugins: string
  updated_at: string
  recorded: string | null
}

/** The conversations of all users, with their messages and calls. Each user sees only their own. */
export class Conversations {
  readonly #database: Database
  readonly #index: MessageIndex
  readonly #holds: Holds | undefined

  constructor(database: Database, holds?: Holds) {
    this.#database = database
    this.#index = new MessageIndex(database)
    this.#holds = holds
  }

  /** The same for a turn, which changes messages only while it has its lease. */
  heldBy(holds: Holds): Conversations {
    return new Conversations(this.#database, holds)
  }

  /** Makes the messages of a database from an older version findable. */
  prepare(): Promise<void> {
    return this.#index.prepare()
  }

  async add(user: string, plugins: string[] = []): Promise<Conversation> {
    return this.#add(user, plugins, 'New conversation', undefined)
  }

  /** Adds a conversation that plays an example. */
  async addPlayed(user: string, { title, script }: { title: string; script: PlayedScript }): Promise<Conversation> {
    return this.#add(user, Object.values(script.plugins), title.slice(0, longestTitle).toWellFormed(), script)
  }

  /** The example that a conversation of the user plays, if it does. */
  async scriptOf(user: string, id: string): Promise<PlayedScript | undefined> {
    const row = await this.#database.get<Pick<ConversationRow, 'recorded'>>`
      SELECT recorded FROM conversation WHERE id = ${id} AND user_id = ${user}`
    return toScript(row?.recorded)
  }

  /**
   * Adds a copy of a conversation, so that it can go on in another way: nothing that was called is lost.
   * @param before the ID of the message that is the first to be left out; by default none is
   * @throws Problem 404
   */
  async copy(user: string, id: string, before?: string): Promise<Conversation> {
    const { title, plugins, messages } = await this.get(user, id)
    const end = before === undefined ? messages.length : messages.findIndex((message) => message.id === before)
    if (end < 0) throw new Problem(404, 'This message does not exist in this conversation')
    const copy = await this.#add(user, plugins, title, await this.scriptOf(user, id))
    for (const { role, parts } of messages.slice(0, end)) await this.addMessage(user, copy.id, role, parts.map(copied))
    return this.get(user, copy.id)
  }

  async #add(user: string, plugins: string[], title: string, script: PlayedScript | undefined): Promise<Conversation> {
    const id = randomUUID()
    const at = now()
    await this.#database.run`
      INSERT INTO conversation (id, user_id, title, plugins, updated_at, recorded)
      VALUES (${id}, ${user}, ${title}, ${JSON.stringify(plugins)}, ${at}, ${script ? JSON.stringify(script) : null})`
    const recorded = script && { recorded: toRecorded(script, []) }
    return { id, title, updatedAt: at, plugins, messages: [], isRunning: false, ...recorded }
  }

  /** The newest first. With a query, only those that match it, with a snippet. */
  async list(user: string, query = ''): Promise<ConversationSummary[]> {
    if (query.trim() !== '') return this.#index.search(user, query)
    const rows = await this.#database.all<Omit<ConversationRow, 'recorded'>>`
      SELECT id, title, plugins, updated_at FROM conversation WHERE user_id = ${user}
      ORDER BY updated_at DESC, number DESC LIMIT ${mostListed}`
    return rows.map(({ id, title, updated_at }) => ({ id, title, updatedAt: updated_at }))
  }

  /** @throws Problem 404, also for a conversation of another user */
  async get(user: string, id: string): Promise<Conversation> {
    const row = await this.#database.get<ConversationRow>`
      SELECT id, title, plugins, updated_at, recorded FROM conversation WHERE id = ${id} AND user_id = ${user}`
    if (!row) throw notFound()
    const read = await this.#messages(id)
    const script = toScript(row.recorded)
    return {
      id,
      title: row.title,
      updatedAt: row.updated_at,
      plugins: JSON.parse(row.plugins) as string[],
      messages: read,
      isRunning: false,
      ...(script && { recorded: toRecorded(script, read) }),
    }
  }

  /**
   * The title and the messages from one on.
   * @param first the number of that message; by default that of the user's last message
   * @throws Problem 404
   */
  async recent(user: string, id: string, first?: number) {
    const row = await this.#database.get<{ title: string; last: number | null }>`
      SELECT title, (SELECT max(number) FROM message WHERE conversation = ${id} AND role = ${'user'}) AS last
      FROM conversation WHERE id = ${id} AND user_id = ${user}`
    if (!row) throw notFound()
    const from = first ?? row.last ?? 0
    return { title: row.title, first: from, messages: await this.#messages(id, from) }
  }

  async #messages(conversation: string, first = 0): Promise<Message[]> {
    const messages = await this.#database.all<Omit<Message, 'parts'> & { parts: string }>`
      SELECT id, role, parts, at FROM message WHERE conversation = ${conversation} AND number >= ${first} ORDER BY number`
    // After the messages, so that each part finds its call.
    const callRows = await this.#database.all<CallRow>`
      SELECT call.* FROM call JOIN message m ON m.id = call.message
      WHERE m.conversation = ${conversation} AND m.number >= ${first}`
    const calls = readCalls(callRows)
    return messages.map(({ parts, ...message }) => ({ ...message, parts: readParts(parts, calls) }))
  }

  async isOf(user: string, id: string): Promise<boolean> {
    return (await this.#database.get`SELECT 1 FROM conversation WHERE id = ${id} AND user_id = ${user}`) !== undefined
  }

  async change(user: string, id: string, { title, plugins }: { title?: string; plugins?: string[] }): Promise<void> {
    await this.#database.run`
      UPDATE conversation SET
        title = COALESCE(${title === undefined ? null : title.slice(0, longestTitle)}, title),
        plugins = COALESCE(${plugins === undefined ? null : JSON.stringify(plugins)}, plugins)
      WHERE id = ${id} AND user_id = ${user}`
  }

  async addMessage(user: string, conversation: string, role: Message['role'], parts: Part[]): Promise<Message> {
    const message: Message = { id: randomUUID(), role, parts, at: now() }
    await this.#write(async (transaction) => {
      await transaction.run`
        INSERT INTO message (id, conversation, role, parts, at)
        VALUES (${message.id}, ${conversation}, ${role}, ${storeParts(parts)}, ${message.at})`
      for (const call of callsOf(parts)) await storeCall(transaction, message.id, call)
      await transaction.run`UPDATE conversation SET updated_at = ${message.at} WHERE id = ${conversation}`
      await this.#index.put(transaction, user, message)
    })
    return message
  }

  /**
   * @param call the one of its calls that is new or has changed
   * @param token confirms the call, which waits with a question of its plugin
   */
  async saveMessage(user: string, message: Message, call?: Call, token?: string): Promise<void> {
    await this.#write(async (transaction) => {
      const saved = await transaction.run`
        UPDATE message SET parts = ${storeParts(message.parts)} WHERE id = ${message.id}`
      // Its conversation may have been deleted.
      if (saved === 0) return
      if (call) await storeCall(transaction, message.id, call)
      if (call) await transaction.run`DELETE FROM confirmation WHERE call = ${call.id}`
      if (call && token !== undefined)
        await transaction.run`INSERT INTO confirmation (call, token) VALUES (${call.id}, ${token})`
      await this.#index.put(transaction, user, message)
    })
  }

  /** What confirms a call that waits with a question of its plugin. It is not a part of the call, which browsers read. */
  async tokenOf({ id }: Call): Promise<string | undefined> {
    return (await this.#database.get<{ token: string }>`SELECT token FROM confirmation WHERE call = ${id}`)?.token
  }

  /** Deletes a conversation, also from the disk. @throws Problem 404 */
  async remove(user: string, id: string): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const row = await transaction.get`SELECT 1 FROM conversation WHERE id = ${id} AND user_id = ${user}`
      if (!row) throw notFound()
      await this.#index.remove(transaction, user, id)
      await transaction.run`DELETE FROM conversation WHERE id = ${id}`
    })
    await this.#database.checkpoint()
  }

  /** Deletes all conversations of a user. */
  async removeAll(user: string, transaction: Transaction): Promise<void> {
    await this.#index.remove(transaction, user, null)
    await transaction.run`DELETE FROM conversation WHERE user_id = ${user}`
  }

  /** A call in one of the user's conversations. @throws Problem 404 */
  async call(user: string, id: string): Promise<Call> {
    const row = await this.#database.get<CallRow>`
      SELECT call.* FROM call JOIN message m ON m.id = call.message JOIN conversation c ON c.id = m.conversation
      WHERE call.id = ${id} AND c.user_id = ${user}`
    if (!row) throw new Problem(404, 'This call does not exist')
    return readCall(row)
  }

  /** The ID of the conversation that a call is in. */
  async conversationOf({ id }: Call): Promise<string | undefined> {
    const row = await this.#database.get<{ conversation: string }>`
      SELECT m.conversation FROM call JOIN message m ON m.id = call.message WHERE call.id = ${id}`
    return row?.conversation
  }

  /** The conversations in which a call is running, or was when its process ended. */
  withRunningCalls(): Promise<{ user: string; id: string }[]> {
    return this.#database.all`
      SELECT DISTINCT c.user_id AS "user", c.id FROM call
      JOIN message m ON m.id = call.message JOIN conversation c ON c.id = m.conversation
      WHERE call.state = ${'running'}`
  }

  /** Marks the calls that were running when their process ended: it is not known whether the plugin made them. */
  async settleInterrupted(user: string, { messages }: Conversation): Promise<void> {
    for (const message of messages)
      for (const call of callsOf(message.parts))
        if (call.state === 'running')
          await this.saveMessage(user, message, Object.assign(call, { state: 'unknown', result: interrupted }))
  }

  #write(work: (transaction: Transaction) => Promise<void>): Promise<void> {
    return this.#database.transaction(async (transaction) => {
      if (this.#holds && !(await this.#holds(transaction)))
        throw new Problem(409, 'This turn took too long to respond and was ended: load the conversation again')
      await work(transaction)
    })
  }
}

const interrupted =
  'The host ended during this call. It is not known whether the plugin made the change: check before you repeat it.'

export const notFound = (): Problem => new Problem(404, 'This conversation does not exist: it may have been deleted')

/** A part of a copy. What waits or runs does so in the original only. */
function copied(part: Part): Part {
  if (part.type !== 'call') return part
  const { ask: _, ...call } = part.call
  const isOver = call.state !== 'waiting' && call.state !== 'running'
  const result = 'The call was not over when this conversation was copied: see the original.'
  return { type: 'call', call: { ...call, id: randomUUID(), ...(!isOver && { state: 'refused', result }) } }
}

const toScript = (stored: string | null | undefined): PlayedScript | undefined =>
  stored ? (parseExact(stored) as PlayedScript) : undefined

export const callsOf = (parts: Part[]): Call[] => parts.flatMap((part) => (part.type === 'call' ? [part.call] : []))
