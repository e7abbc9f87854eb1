import { createHash, randomBytes } from 'node:crypto'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { Database } from '@reference-plugins/store'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { later } from '../tables.ts'
import type { Call, Message } from '../wire.ts'
import { visibleLine, visibleText } from './visible-text.ts'

/** How long a confirmation can be given, in seconds. Then the user is asked again. */
const longestAsk = 120

/**
 * Whether the host asks before it calls an operation. It always asks before an operation that changes something, unless
 * the developer marks it as not consequential: then the user may allow it permanently. It does not ask before a read.
 */
export function asks({ isConsequential, isReading }: DocumentOperation): 'never' | 'once' | 'always' {
  if (isConsequential === true) return 'always'
  if (isReading) return 'never'
  return isConsequential === false ? 'once' : 'always'
}

/** What users have allowed permanently: an operation, for as long as its plugin does not change. */
export class Permissions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async has(user: string, plugin: RegisteredPlugin, operation: string): Promise<boolean> {
    const row = await this.#database.get`
      SELECT 1 FROM permission
      WHERE user_id = ${user} AND plugin = ${plugin.id} AND operation = ${operation} AND hash = ${plugin.hash}`
    return row !== undefined
  }

  async add(user: string, plugin: RegisteredPlugin, operation: string): Promise<void> {
    await this.#database.run`
      INSERT INTO permission (user_id, plugin, operation, hash) VALUES (${user}, ${plugin.id}, ${operation}, ${plugin.hash})
      ON CONFLICT (user_id, plugin, operation) DO UPDATE SET hash = excluded.hash`
  }
}

/** What a confirmation is for: if any of it changes, the user is asked again. */
export interface AskedCall {
  user: string
  conversation: string
  plugin: RegisteredPlugin
  operation: DocumentOperation
  call: Call
}

export interface AskInput extends AskedCall {
  /** The whole conversation so far. */
  messages: Message[]
  permissions: Permissions
}

/** Why the user has to confirm a call; undefined if it may be made at once. */
export async function toAsk(input: AskInput): Promise<Call['ask']> {
  const { user, plugin, operation, permissions, call } = input
  const source = call.byHand ? undefined : otherSource(input)
  if (source !== undefined && (plugin.document.auth.type !== 'none' || !operation.isReading)) {
    const reason = `${visibleLine(source)} has answered before in this conversation, and its answer may have led to this call. Allow it only if you want it.`
    return newAsk(input, reason, false)
  }
  const frequency = asks(operation)
  if (frequency === 'never') return undefined
  if (frequency === 'always')
    return newAsk(input, 'This call changes something. It is made only if you allow it.', false)
  if (await permissions.has(user, plugin, operation.name)) return undefined
  return newAsk(input, 'This call changes something. You can allow it once or always.', true)
}

/** The title of another plugin whose answer the model has read, because such an answer may steer the model (security.md 2b). */
function otherSource({ plugin, messages }: AskInput): string | undefined {
  for (const { parts } of messages)
    for (const part of parts)
      if (part.type === 'call' && part.call.response && part.call.plugin.id !== plugin.id) return part.call.plugin.title
  return undefined
}

/** @param reason why the user is asked, in a sentence */
export function newAsk(asked: AskedCall, reason: string, canRemember: boolean): NonNullable<Call['ask']> {
  const salt = randomBytes(16).toString('base64url')
  return {
    reason,
    canRemember,
    request: requestOf(asked),
    arguments: visibleText(JSON.stringify(asked.call.arguments, null, 2)),
    digest: [salt, digestOfCall(asked, salt), digestOfTarget(asked, salt)].join('.'),
    expiresAt: later(longestAsk),
  }
}

/** Whether a digest is of exactly this call: its user, conversation, operation and arguments. */
export function isAbout(asked: CallOf, digest: string): boolean {
  const [salt = '', ofCall] = digest.split('.')
  return asked.call.ask?.digest === digest && ofCall === digestOfCall(asked, salt)
}

/** Whether the plugin is still as the user has seen it, and the confirmation has not expired. */
export function isCurrent(asked: AskedCall): boolean {
  const { digest = '', expiresAt = '' } = asked.call.ask ?? {}
  const [salt = '', , ofTarget] = digest.split('.')
  return Date.parse(expiresAt) >= Date.now() && ofTarget === digestOfTarget(asked, salt)
}

/** Where the call goes, for the user to read. The arguments fill what is in braces. */
function requestOf({ plugin, operation: { target } }: AskedCall) {
  const server = new URL(plugin.document.server)
  if (target.kind === 'mcp') return { method: 'tools/call', host: server.host, path: server.pathname }
  return {
    method: target.method,
    host: server.host,
    path: visibleLine(server.pathname.replace(/\/$/, '') + target.path),
  }
}

type CallOf = Pick<AskedCall, 'user' | 'conversation' | 'call'>

const digestOfCall = ({ user, conversation, call }: CallOf, salt: string): string =>
  digestOf([salt, user, conversation, call.id, call.plugin.id, call.operation, call.arguments])

const digestOfTarget = (asked: AskedCall, salt: string): string =>
  digestOf([salt, asked.plugin.id, asked.plugin.hash, asked.operation.name, requestOf(asked)])

const digestOf = (parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
