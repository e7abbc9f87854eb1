import { createHash, randomBytes } from 'node:crypto'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { Database } from '@reference-plugins/store'
import type { Question } from '../calls/question.ts'
import { withoutFilesOf } from '../calls/shown-arguments.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { later } from '../tables.ts'
import type { Call } from '../wire.ts'
import { looksAlike } from './lookalike.ts'
import { visibleLine, visibleText } from './visible-text.ts'

/** How long a confirmation can be given, in seconds. Then the user is asked again. */
const longestAsk = 120
/** The same where the plugin checks by itself whether what it asked is still true. */
const longestQuestion = 600

/**
 * Whether the host asks before it calls an operation. It always asks before an operation that changes something, unless
 * the developer marks it as not consequential: then the user may allow it permanently. It does not ask before a GET. What
 * the tool of an MCP server says about itself cannot be checked, so it asks at least until the user has allowed it. What
 * a plugin wants to have confirmed is always asked.
 */
export function asks(operation: DocumentOperation): 'never' | 'once' | 'always' {
  const { isConsequential, isReading, confirms } = operation
  if (isConsequential === true || confirms) return 'always'
  if (isCertainToRead(operation)) return 'never'
  return isConsequential === false || isReading ? 'once' : 'always'
}

/** Whether its method says that it only reads, and not only its developer. */
const isCertainToRead = ({ isReading, target }: DocumentOperation): boolean => isReading && target.kind === 'http'

/**
 * What users have allowed permanently: an operation, for as long as its plugin does not change. For the same time it is
 * known which operations a plugin has done without asking, although it says that it asks.
 */
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

  /** Whether the plugin has made a call of an operation without asking, although it says that it asks. */
  async isDistrusted({ id, hash }: RegisteredPlugin, operation: string): Promise<boolean> {
    const row = await this.#database.get`
      SELECT 1 FROM distrust WHERE plugin = ${id} AND operation = ${operation} AND hash = ${hash}`
    return row !== undefined
  }

  async distrust({ id, hash }: RegisteredPlugin, operation: string): Promise<void> {
    await this.#database.run`
      INSERT INTO distrust (plugin, operation, hash) VALUES (${id}, ${operation}, ${hash})
      ON CONFLICT (plugin, operation) DO UPDATE SET hash = excluded.hash`
  }
}

/** What a confirmation is for: if any of it changes, the user is asked again. */
export interface AskedCall {
  user: string
  conversation: string
  plugin: RegisteredPlugin
  operation: DocumentOperation
  call: Call
  /** Whether the user has another plugin with the same title. */
  hasNamesake?: boolean
}

export interface AskInput extends AskedCall {
  /** The plugins whose descriptions the model has been told. */
  described: RegisteredPlugin[]
  /** The other plugins that have answered in the conversation. */
  answered: { title: string; isPrivate: boolean }[]
  permissions: Permissions
}

/**
 * Why the user has to confirm a call; undefined if it may be made at once. Any text of another plugin may steer the model,
 * and what a plugin with a sign-in has answered may leave with the arguments of any call (security.md 2b).
 */
export async function toAsk(input: AskInput): Promise<Call['ask']> {
  const { user, plugin, operation, permissions, call, answered, described } = input
  const frequency = asks(operation)
  const isRemembered = () => permissions.has(user, plugin, operation.name)
  if (call.viewOf !== undefined) {
    const reason = `A view of ${visibleLine(plugin.document.title)} wants to make this call. Allow it only if you have asked for it there.`
    return newAsk(input, reason, false)
  }
  if (!call.byHand) {
    const isPersonal = plugin.document.auth.type !== 'none'
    const hasPower = isPersonal || !isCertainToRead(operation)
    const source = answered.find(({ isPrivate }) => isPrivate || hasPower)
    if (source) {
      const leaves = source.isPrivate ? ' What it said may leave with the arguments.' : ''
      const reason = `${visibleLine(source.title)} has answered before in this conversation, and its answer may have led to this call.${leaves} Allow it only if you want it.`
      return newAsk(input, reason, false)
    }
    const other = hasPower ? described.find(({ id }) => id !== plugin.id) : undefined
    if (other) {
      // A read leaves nothing anywhere, so the user may allow it permanently.
      const isRead = frequency === 'never' || (operation.isReading && frequency === 'once')
      if (isRead && (await isRemembered())) return undefined
      const reason = `The model has read the description of ${visibleLine(other.document.title)}, which may have led to this call. Allow it only if you want it.`
      return newAsk(input, reason, isRead)
    }
  }
  if (frequency === 'never') return undefined
  if (frequency === 'always')
    return newAsk(input, 'This call changes something. It is made only if you allow it.', false)
  if (await isRemembered()) return undefined
  const what = operation.isReading ? 'The plugin says that this call only reads.' : 'This call changes something.'
  return newAsk(input, `${what} You can allow it once or always.`, true)
}

/**
 * Whether the plugin is asked what the call will do before the user is: then it gets the arguments, and does nothing. Not
 * if they may hold what another plugin has said in private, or if it has not kept its word.
 */
export async function asksPlugin({ plugin, operation, call, answered, permissions }: AskInput): Promise<boolean> {
  if (!operation.confirms || (!call.byHand && answered.some(({ isPrivate }) => isPrivate))) return false
  return !(await permissions.isDistrusted(plugin, operation.name))
}

/**
 * @param reason why the user is asked, in a sentence
 * @param question what the plugin asks, if it does
 */
export function newAsk(
  asked: AskedCall,
  reason: string,
  canRemember: boolean,
  question?: Question,
): NonNullable<Call['ask']> {
  const salt = randomBytes(16).toString('base64url')
  const { title } = asked.plugin.document
  const warnings = [
    looksAlike(title) && `The name ${visibleLine(title)} has letters that look like those of another alphabet`,
    asked.hasNamesake && `You have another plugin with the name ${visibleLine(title)}`,
  ].filter((warning) => typeof warning === 'string')
  const shown = question && { question: question.question, facts: question.facts }
  return {
    ...shown,
    reason,
    ...(warnings.length > 0 && { warning: `${warnings.join('. ')}: check the host.` }),
    canRemember,
    request: requestOf(asked),
    arguments: visibleText(JSON.stringify(withoutFilesOf(asked.operation, asked.call.arguments), null, 2)),
    digest: [salt, digestOfCall(asked, salt, shown), digestOfTarget(asked, salt)].join('.'),
    expiresAt: later(question ? Math.min(question.expiresIn, longestQuestion) : longestAsk),
  }
}

/** Whether a digest is of exactly this call: its user, conversation, operation, arguments and the question of the plugin. */
export function isAbout(asked: CallOf, digest: string): boolean {
  const [salt = '', ofCall] = digest.split('.')
  return asked.call.ask?.digest === digest && ofCall === digestOfCall(asked, salt, asked.call.ask)
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
type Shown = Pick<NonNullable<Call['ask']>, 'question' | 'facts'>

const digestOfCall = ({ user, conversation, call }: CallOf, salt: string, shown: Shown = {}): string =>
  digestOf([
    ...[salt, user, conversation, call.id, call.plugin.id, call.operation, call.arguments],
    ...(shown.question === undefined ? [] : [shown.question, shown.facts]),
  ])

const digestOfTarget = (asked: AskedCall, salt: string): string =>
  digestOf([salt, asked.plugin.id, asked.plugin.hash, asked.operation.name, requestOf(asked)])

const digestOf = (parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
