import { type Database, FullText, type Reading, type SearchableText, type Transaction } from '@reference-plugins/store'
import type { ConversationSummary, Message, Part } from '../wire.ts'
import { type CallRow, readCalls, readParts } from './stored-message.ts'

const mostFound = 100
/** Of one result, in characters. */
const mostIndexed = 20_000

interface FoundRow {
  id: string
  title: string
  updated_at: string
  message: string
  parts: string
}

/** Finds messages by their words. The words of each user are apart from those of others. */
export class MessageIndex {
  readonly #database: Database
  readonly #text: FullText

  constructor(database: Database) {
    this.#database = database
    this.#text = new FullText(database, { table: 'message_text', fields: 1, read: readTexts })
  }

  /** Indexes the messages of a database from an older version. */
  prepare(): Promise<void> {
    return this.#text.prepare()
  }

  /** Makes a message findable, as it is now. */
  async put(transaction: Transaction, user: string, { id, parts }: Message): Promise<void> {
    const row = await transaction.get<{ number: number }>`SELECT number FROM message WHERE id = ${id}`
    if (row) await this.#text.put(transaction, { key: row.number, owner: user, fields: [textOf(parts)] })
  }

  /** Removes the messages of a user: of one conversation, or all. */
  async remove(transaction: Transaction, user: string, conversation: string | null): Promise<void> {
    const rows = await transaction.all<{ number: number }>`
      SELECT m.number FROM message m JOIN conversation c ON c.id = m.conversation
      WHERE c.user_id = ${user} AND c.id = COALESCE(${conversation}, c.id)`
    await this.#text.remove(
      transaction,
      user,
      rows.map(({ number }) => number),
    )
    await this.#text.purge(transaction)
  }

  /**
   * The conversations with a message that contains all words of the query, each at least as the beginning of a word; the
   * newest message first.
   */
  async search(user: string, query: string): Promise<ConversationSummary[]> {
    const keys = await this.#text.newest(user, query, mostFound)
    const rows = (await Promise.all(keys.map((key) => this.#find(user, key)))).filter((row) => row !== undefined)
    const newest = rows.filter(({ id }, index) => rows.findIndex((row) => row.id === id) === index)
    return Promise.all(
      newest.map(async ({ id, title, updated_at, message, parts }) => {
        const calls = readCalls(await this.#database.all`SELECT * FROM call WHERE message = ${message}`)
        return { id, title, updatedAt: updated_at, snippet: snippetOf(textOf(readParts(parts, calls)), query) }
      }),
    )
  }

  #find(user: string, number: number): Promise<FoundRow | undefined> {
    return this.#database.get<FoundRow>`
      SELECT c.id, c.title, c.updated_at, m.id AS message, m.parts
      FROM message m JOIN conversation c ON c.id = m.conversation WHERE m.number = ${number} AND c.user_id = ${user}`
  }
}

async function readTexts(reading: Reading, after: number, count: number): Promise<SearchableText[]> {
  const rows = await reading.all<{ number: number; user_id: string; parts: string }>`
    SELECT m.number, c.user_id, m.parts FROM message m JOIN conversation c ON c.id = m.conversation
    WHERE m.number > ${after} ORDER BY m.number LIMIT ${count}`
  const calls = await reading.all<CallRow>`
    SELECT call.* FROM call JOIN message m ON m.id = call.message
    WHERE m.number > ${after} AND m.number <= ${rows.at(-1)?.number ?? 0}`
  const known = readCalls(calls)
  return rows.map(({ number, user_id, parts }) => ({
    key: number,
    owner: user_id,
    fields: [textOf(readParts(parts, known))],
  }))
}

/** What people search for: what was said, what plugins were asked, and what they answered. */
const textOf = (parts: Part[]): string =>
  parts
    .map((part) => {
      if (part.type === 'text') return part.text
      if (part.type === 'notice') return ''
      const { title, arguments: given, result = '' } = part.call
      const texts = Object.values(given).filter((value) => typeof value === 'string')
      return `${title}\n${texts.join('\n')}\n${result.slice(0, mostIndexed)}`
    })
    .join('\n')

function snippetOf(text: string, query: string): string {
  const word = query.trim().split(/\s+/)[0] ?? ''
  const at = text.toLowerCase().indexOf(word.toLowerCase())
  if (at < 0) return text.slice(0, 120).toWellFormed()
  const from = Math.max(0, at - 50)
  const found = text.slice(at, at + word.length)
  return `${from > 0 ? '…' : ''}${text.slice(from, at)}⟦${found}⟧${text.slice(at + word.length, at + 90)}`.toWellFormed()
}
