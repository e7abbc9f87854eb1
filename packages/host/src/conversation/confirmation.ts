import { createHash, randomBytes } from 'node:crypto'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { Database } from '@reference-plugins/store'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { later } from '../tables.ts'
import type { Call, Message } from '../wire.ts'

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

export interface AskInput {
  user: string
  plugin: RegisteredPlugin
  operation: DocumentOperation
  call: Call
  /** The whole conversation so far. */
  messages: Message[]
  permissions: Permissions
}

/** Why the user has to confirm a call; undefined if it may be made at once. */
export async function toAsk(input: AskInput): Promise<Call['ask']> {
  const { user, plugin, operation, call, permissions } = input
  const source = call.byHand ? undefined : otherSource(input)
  if (source !== undefined && (plugin.document.auth.type !== 'none' || !operation.isReading)) {
    const reason = `${source} has answered before in this conversation, and its answer may have led to this call. Allow it only if you want it.`
    return newAsk(call, reason, false)
  }
  const frequency = asks(operation)
  if (frequency === 'never') return undefined
  if (frequency === 'always')
    return newAsk(call, 'This call changes something. It is made only if you allow it.', false)
  if (await permissions.has(user, plugin, operation.name)) return undefined
  return newAsk(call, 'This call changes something. You can allow it once or always.', true)
}

/** The title of another plugin whose answer the model has read, because such an answer may steer the model (security.md 2b). */
function otherSource({ plugin, messages }: AskInput): string | undefined {
  for (const { parts } of messages)
    for (const part of parts)
      if (part.type === 'call' && part.call.response && part.call.plugin.id !== plugin.id) return part.call.plugin.title
  return undefined
}

function newAsk(call: Call, reason: string, canRemember: boolean): Call['ask'] {
  const salt = randomBytes(16).toString('base64url')
  return { reason, canRemember, digest: `${salt}.${digestOf(call, salt)}`, expiresAt: later(longestAsk) }
}

/** Whether a confirmation is for exactly this call: its operation and its arguments. */
export const isAbout = (call: Call, digest: string): boolean => {
  const salt = digest.split('.')[0] ?? ''
  return call.ask?.digest === digest && digest === `${salt}.${digestOf(call, salt)}`
}

const digestOf = ({ id, plugin, operation, arguments: given }: Call, salt: string): string =>
  createHash('sha256')
    .update(JSON.stringify([salt, id, plugin.id, operation, given]))
    .digest('base64url')
