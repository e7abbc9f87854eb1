import { createHash } from 'node:crypto'
import { type Database, searchText, type Transaction, toMatch } from '@reference-plugins/store'
import type { ConversationSummary, Message, Part } from '../wire.ts'
import { readCalls, readParts } from './stored-message.ts'

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

/**
 * The conversations with a message that contains all words of the query, each at least as the beginning of a word; the
 * newest message first.
 */
export async function search(database: Database, user: string, query: string): Promise<ConversationSummary[]> {
  const { beginnings } = toMatch(query, ownerPrefix(user))
  if (beginnings === '') return []
  const rows = await database.all<FoundRow>`
    SELECT c.id, c.title, c.updated_at, m.id AS message, m.parts FROM message_text t
    JOIN message m ON m.number = t.rowid JOIN conversation c ON c.id = m.conversation
    WHERE message_text MATCH ${beginnings} AND c.user_id = ${user}
    ORDER BY t.rowid DESC LIMIT ${mostFound}`
  const newest = rows.filter(({ id }, index) => rows.findIndex((row) => row.id === id) === index)
  return Promise.all(
    newest.map(async ({ id, title, updated_at, message, parts }) => {
      const calls = readCalls(await database.all`SELECT * FROM call WHERE message = ${message}`)
      return { id, title, updatedAt: updated_at, snippet: snippetOf(textOf(readParts(parts, calls)), query) }
    }),
  )
}

/** Makes a message findable, as it is now. */
export async function indexMessage(transaction: Transaction, user: string, { id, parts }: Message): Promise<void> {
  const row = await transaction.get<{ number: number }>`SELECT number FROM message WHERE id = ${id}`
  if (!row) return
  await transaction.run`DELETE FROM message_text WHERE rowid = ${row.number}`
  await transaction.run`
    INSERT INTO message_text (rowid, text) VALUES (${row.number}, ${searchText(textOf(parts), ownerPrefix(user))})`
}

/** Stands before each word of a user in the full-text table, so that a search reads no words of other users. */
const ownerPrefix = (user: string): string => `u${createHash('sha256').update(user).digest('hex').slice(0, 16)}`

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
