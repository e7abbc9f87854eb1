import { createHash, randomUUID } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import { type Database, searchText, type Transaction, toMatch } from '@reference-plugins/store'
import { now } from '../tables.ts'
import type { Call, Conversation, ConversationSummary, Message, Part } from '../wire.ts'

const longestTitle = 80
const mostFound = 100

/** What stands before each word of a user in the full-text table, so that the words of others are not looked at. */
const ownerWord = (user: string): string => `u${createHash('sha256').update(user).digest('hex').slice(0, 16)}`

interface ConversationRow {
  id: string
  title: string
  plugins: string
  updated_at: string
}

/** What users have said, and what came of it. A user sees only their own. */
export class Conversations {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(user: string, plugins: string[] = []): Promise<Conversation> {
    const id = randomUUID()
    const at = now()
    await this.#database.run`
      INSERT INTO conversation (id, user_id, title, plugins, updated_at)
      VALUES (${id}, ${user}, ${'New conversation'}, ${JSON.stringify(plugins)}, ${at})`
    return { id, title: 'New conversation', updatedAt: at, plugins, messages: [], isRunning: false }
  }

  /** The newest first; with a query those in which all its words are, each at least as the beginning of one. */
  async list(user: string, query?: string): Promise<ConversationSummary[]> {
    if (query === undefined || query.trim() === '') {
      const rows = await this.#database.all<ConversationRow>`
        SELECT id, title, plugins, updated_at FROM conversation WHERE user_id = ${user}
        ORDER BY updated_at DESC, number DESC LIMIT 500`
      return rows.map(({ id, title, updated_at }) => ({ id, title, updatedAt: updated_at }))
    }
    const { beginnings } = toMatch(query, ownerWord(user))
    if (beginnings === '') return []
    const rows = await this.#database.all<ConversationRow & { parts: string }>`
      SELECT c.id, c.title, c.plugins, c.updated_at, m.parts FROM message_text t
      JOIN message m ON m.number = t.rowid JOIN conversation c ON c.id = m.conversation
      WHERE message_text MATCH ${beginnings} AND c.user_id = ${user}
      ORDER BY t.rowid DESC LIMIT ${mostFound}`
    const found = new Map<string, ConversationSummary>()
    for (const { id, title, updated_at, parts } of rows)
      if (!found.has(id))
        found.set(id, {
          id,
          title,
          updatedAt: updated_at,
          snippet: snippet(textOf(JSON.parse(parts) as Part[]), query),
        })
    return [...found.values()]
  }

  /** @throws Problem 404, for one of another user as for one that never was */
  async get(user: string, id: string): Promise<Conversation> {
    const row = await this.#database.get<ConversationRow>`
      SELECT id, title, plugins, updated_at FROM conversation WHERE id = ${id} AND user_id = ${user}`
    if (!row) throw new Problem(404, 'There is no such conversation: see GET /api/conversations')
    const messages = await this.#database.all<{ id: string; role: Message['role']; parts: string; at: string }>`
      SELECT id, role, parts, at FROM message WHERE conversation = ${id} ORDER BY number`
    return {
      id,
      title: row.title,
      updatedAt: row.updated_at,
      plugins: JSON.parse(row.plugins) as string[],
      messages: messages.map(({ parts, ...message }) => ({ ...message, parts: JSON.parse(parts) as Part[] })),
      isRunning: false,
    }
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
    await this.#database.transaction(async (transaction) => {
      await transaction.run`
        INSERT INTO message (id, conversation, role, parts, at)
        VALUES (${message.id}, ${conversation}, ${role}, ${JSON.stringify(parts)}, ${message.at})`
      await transaction.run`UPDATE conversation SET updated_at = ${message.at} WHERE id = ${conversation}`
      await index(transaction, user, message)
    })
    return message
  }

  async saveMessage(user: string, message: Message): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction.run`UPDATE message SET parts = ${JSON.stringify(message.parts)} WHERE id = ${message.id}`
      await index(transaction, user, message)
    })
  }

  /** For good. */
  async remove(user: string, id: string): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      const row = await transaction.get`SELECT 1 FROM conversation WHERE id = ${id} AND user_id = ${user}`
      if (!row) throw new Problem(404, 'There is no such conversation: see GET /api/conversations')
      await transaction.run`DELETE FROM message_text WHERE rowid IN (SELECT number FROM message WHERE conversation = ${id})`
      await transaction.run`DELETE FROM conversation WHERE id = ${id}`
      // The index forgets its words only when it is made anew.
      await transaction.run`INSERT INTO message_text (message_text) VALUES ('optimize')`
    })
    await this.#database.checkpoint()
  }

  /** A call in one of the user's conversations. @throws Problem 404 */
  async call(user: string, id: string): Promise<{ call: Call; conversation: string }> {
    const row = await this.#database.get<{ parts: string; conversation: string }>`
      SELECT m.parts, m.conversation FROM message m JOIN conversation c ON c.id = m.conversation
      WHERE c.user_id = ${user} AND m.parts LIKE ${`%${JSON.stringify(id).replaceAll(/[%_\\]/g, '')}%`}
      ORDER BY m.number DESC LIMIT 1`
    const call = row && callsOf(JSON.parse(row.parts) as Part[]).find((one) => one.id === id)
    if (!call) throw new Problem(404, 'There is no such call')
    return { call, conversation: row.conversation }
  }

  /** What ran when the host ended: nobody knows whether the plugin has done it. */
  async settleInterrupted(): Promise<void> {
    const rows = await this.#database.all<{
      id: string
      user_id: string
      role: Message['role']
      parts: string
      at: string
    }>`
      SELECT m.id, m.role, m.parts, m.at, c.user_id FROM message m JOIN conversation c ON c.id = m.conversation
      WHERE m.parts LIKE ${'%"state":"running"%'}`
    for (const { user_id, parts, ...row } of rows) {
      const message: Message = { ...row, parts: JSON.parse(parts) as Part[] }
      for (const call of callsOf(message.parts))
        if (call.state === 'running')
          Object.assign(call, {
            state: 'unknown',
            result:
              'The host ended during this call. Whether the plugin has done it is not known: look before it is repeated.',
          })
      await this.saveMessage(user_id, message)
    }
  }
}

async function index(transaction: Transaction, user: string, { id, parts }: Message): Promise<void> {
  const row = await transaction.get<{ number: number }>`SELECT number FROM message WHERE id = ${id}`
  if (!row) return
  await transaction.run`DELETE FROM message_text WHERE rowid = ${row.number}`
  await transaction.run`
    INSERT INTO message_text (rowid, text) VALUES (${row.number}, ${searchText(textOf(parts), ownerWord(user))})`
}

export const callsOf = (parts: Part[]): Call[] => parts.flatMap((part) => (part.type === 'call' ? [part.call] : []))

/** What people look for: what was said, and what plugins were asked and answered. */
const textOf = (parts: Part[]): string =>
  parts
    .map((part) =>
      part.type === 'text'
        ? part.text
        : part.type === 'call'
          ? `${part.call.title}\n${Object.values(part.call.arguments)
              .filter((value) => typeof value === 'string')
              .join('\n')}\n${(part.call.result ?? '').slice(0, 20_000)}`
          : '',
    )
    .join('\n')

function snippet(text: string, query: string): string {
  const word = query.trim().split(/\s+/)[0] ?? ''
  const at = text.toLowerCase().indexOf(word.toLowerCase())
  if (at < 0) return text.slice(0, 120).toWellFormed()
  const from = Math.max(0, at - 50)
  const found = text.slice(at, at + word.length)
  return `${from > 0 ? '…' : ''}${text.slice(from, at)}⟦${found}⟧${text.slice(at + word.length, at + 90)}`.toWellFormed()
}
