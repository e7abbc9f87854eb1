/**
 * The messages between the page and the server, under /api. Bodies are JSON; an error is a problem document (RFC 9457)
 * whose `detail` says what to do. Where a comment says "events", the answer is a text/event-stream whose every `data:`
 * is one of the named events.
 */
import type { AuthType, PluginDocument, Repair, Schema } from '@reference-plugins/reader/plugin-document'

export type { AuthType, Repair, Schema }

/** GET /api/session. POST {name, password} signs in, DELETE signs out. POST /api/users {name, password} signs up. */
export interface Session {
  /** Absent until a user has signed in. In single-user mode it is always present. */
  user?: { id: string; name: string; isOwner: boolean }
  mode: 'single' | 'accounts'
  /** Whether plugins on this machine can be registered. */
  development: boolean
  model: ModelState
}

/** GET /api/models; PUT /api/models with ModelChoice. */
export interface ModelState {
  /** Absent if there is no model. Then every operation is called by a form. */
  chosen?: ModelChoice
  /** The models found by environment variables and on this machine; of each program those that call tools first. */
  found: FoundModel[]
  /** Why a configured endpoint, or a program on this machine, has no models, in sentences. */
  problems: string[]
}

export interface ModelChoice {
  provider: 'openai-compatible' | 'anthropic'
  /** Such as http://localhost:11434/v1. */
  baseUrl: string
  model: string
  /** Sent to the server only; the server never returns it. */
  apiKey?: string
  /** Where it was found: an environment variable, `Ollama on this machine`, or `settings`. */
  from?: string
}

/** A model that was found, with what its server says about it. */
export interface FoundModel extends ModelChoice {
  /** Such as `3.2B, Q4_K_M`. */
  size?: string
  /** Whether it can call tools; absent if its server does not say. */
  callsTools?: boolean
}

/**
 * POST /api/models/check with ModelCheckInput answers ModelCheck, and stores nothing. Without `model` it lists the models
 * at the address; with it, it asks the model to call a tool, which may take a minute while a program loads the model.
 */
export interface ModelCheckInput {
  /** As the user typed it: `localhost:11434`, `api.groq.com`, https://openrouter.ai/api/v1. */
  address: string
  /** If absent, the key that the user has saved for this address. */
  apiKey?: string | undefined
  model?: string | undefined
}

export interface ModelCheck {
  provider: ModelChoice['provider']
  /** The address to save: complete, such as http://localhost:11434/v1. It is where the models were found. */
  baseUrl: string
  /** Those that call tools first. */
  models: FoundModel[]
  /** Why it cannot be used; absent if it can. */
  problem?: ModelProblem
}

export interface ModelProblem {
  reason:
    | 'not an address'
    | 'no such host'
    | 'no answer'
    | 'not allowed'
    | 'key needed'
    | 'wrong key'
    | 'wrong path'
    | 'not a model server'
    | 'no models'
    | 'no such model'
    | 'no tools'
    | 'failed'
  /** What happened, in a sentence. */
  message: string
  /** What to do about it. */
  advice: string
}

/**
 * GET /api/workspace: the plugins of this repository. POST /api/workspace/NAME {} registers and activates one at once,
 * with the tokens that it created for development: events of RegistrationEvent, whose registration has `approved`.
 * POST /api/workspace/NAME/activation {} activates a registered one with the token that it created for development, and
 * answers PluginDetail.
 *
 * A host in development with a single user registers those that run by itself, within some seconds, and activates those
 * that need no sign-in.
 */
export interface LocalPlugin {
  /** The user to sign in with, if the plugin requires a sign-in. */
  signInHint?: string
  /** Whether it has created a token for development, with which it can be activated at once. */
  hasToken: boolean
  /** Whether it has created another token than the one that the host sends, because its data were deleted. */
  hasNewToken: boolean
  /** Whether the user has removed it: then the host does not register it by itself. */
  isRemoved: boolean
  /** Why the host could not register it by itself. */
  problem?: string
  name: string
  url: string
  isRunning: boolean
  /** The id it is registered under. */
  plugin?: string
}

/** POST /api/registrations {address}: events of `RegistrationEvent`. */
export type RegistrationEvent = { type: 'step'; step: RegistrationStep } | { type: 'end'; registration: Registration }

/** The steps in the order in which the page shows them. */
export const stepNames = [
  'reach',
  'manifest',
  'read manifest',
  'check manifest',
  'spec',
  'read spec',
  'check spec',
  'operations',
  'auth',
  'domains',
  'CORS',
] as const

export interface RegistrationStep {
  name: (typeof stepNames)[number]
  state: 'running' | 'passed' | 'warned' | 'failed' | 'skipped'
  /** What was found, in a sentence. */
  message: string
  /** What to do about it, if it failed or warns. */
  advice?: string
  /** A page of the documentation, by its heading. */
  help?: string
  milliseconds: number
  /** What was sent and received. */
  exchanges: StepExchange[]
}

export interface StepExchange {
  method: string
  url: string
  status?: number
  headers?: Record<string, string>
  /** The beginning of the body, at most 2,000 characters. */
  body?: string
  /** Why there is no answer. */
  error?: string
  milliseconds: number
}

export interface Registration {
  id: string
  address: string
  steps: RegistrationStep[]
  /** Whether it can be approved. */
  isReady: boolean
  /** The id of the plugin, if it has been approved. */
  approved?: string
  repairs: Repair[]
  /** What would be registered; absent if that is not possible. */
  plugin?: PluginPreview
  /** The plugin that it would change, and the changes. */
  changes?: { plugin: string; difference: Difference[] }
}

/** The difference between two texts, by lines. */
export interface Difference {
  document: 'manifest' | 'spec'
  lines: { kind: 'same' | 'added' | 'removed'; text: string }[]
}

type Described = Pick<
  PluginDocument,
  'name' | 'title' | 'descriptionForHuman' | 'descriptionForModel' | 'source' | 'server'
>

export interface PluginPreview extends Described {
  /** A URL of this host, never of the plugin. */
  logo?: string
  legalInfoUrl?: string
  contactEmail?: string
  address: string
  auth: { type: AuthType; scheme: 'bearer' | 'basic'; scope?: string; needsClient: boolean }
  operations: OperationSummary[]
  /** How many tokens its operations take. */
  tokens: number
  /** Where the plugin's authorization server sends the browser after the sign-in; for the developer. */
  callbackUrl?: string
  /** What the developer adds to the manifest under verification_tokens, and whether it is there. */
  verification?: { service: string; token: string; isThere: boolean }
}

export interface OperationSummary {
  name: string
  title: string
  description: string
  method?: string
  path?: string
  input: Schema
  /** The inputs that are files: each is text, or a data URL in base64 whose parameter `name` is the file name. */
  files?: string[]
  /** Whether the host asks the user before it calls the operation. */
  asks: 'never' | 'once' | 'always'
}

/**
 * POST /api/registrations/ID/approve with ApprovalInput answers PluginDetail.
 * GET /api/plugins; GET and DELETE /api/plugins/ID.
 */
export interface ApprovalInput {
  serviceToken?: string | undefined
  clientId?: string | undefined
  clientSecret?: string | undefined
}

export interface PluginSummary extends PluginPreview {
  id: string
  /** Whether this user registered it. */
  isOwn: boolean
  ownerName: string
  /** `changed`: the owner has approved a new version of a shared plugin, and this user has not. */
  activation: 'none' | 'active' | 'expired' | 'changed'
  /** Why it cannot be called now: its documents have changed, or its client is missing. */
  trouble?: string
  registeredAt: string
}

export interface PluginDetail extends PluginSummary {
  hasServiceToken: boolean
  clientId?: string
  repairs: Repair[]
  /** If its activation is `changed`: the version to approve, and how it differs from the one that the user approved. */
  changes?: { hash: string; difference: Difference[] }
  manifest?: string
  spec?: string
  /** How ChatGPT showed plugins to its model, in TypeScript. */
  prompt: string
  shares: Share[]
}

/**
 * For the user's own plugins:
 * POST /api/plugins/ID/refresh: events of RegistrationEvent, whose registration has `changes` if there are any;
 * POST /api/plugins/ID/verification {} checks the verification token and answers PluginDetail;
 * POST /api/plugins/ID/report {}: events of ReportEvent;
 * PUT /api/plugins/ID/service-token {token}; PUT /api/plugins/ID/client {id, secret}; both answer PluginDetail;
 * POST /api/plugins/ID/shares with ShareInput answers Share; DELETE /api/plugins/ID/shares/SHARE.
 * For any plugin:
 * PUT /api/plugins/ID/activation {token?} answers PluginDetail; DELETE signs out and revokes the tokens;
 * PUT /api/plugins/ID/approval {hash} approves the changes of a shared plugin for this user and answers PluginDetail;
 * POST /api/plugins/ID/sign-in {} answers {url}, to be opened in a new window; the window ends with a page that
 * posts `{type: 'signed-in', plugin}` or `{type: 'sign-in-failed', plugin, detail}` to its opener and closes.
 * POST /api/shares/SECRET {} takes a share by link and answers PluginDetail.
 */
export interface Share {
  id: string
  /** With a user by name, or with anyone who has the link. */
  kind: 'user' | 'link'
  userName?: string
  /** Present only in the answer that creates the share. */
  url?: string
  used: number
  maximum?: number
  expiresAt?: string
}

export type ShareInput = { userName: string } | { maximum?: number; expiresInDays?: number }

export type ReportEvent =
  | { type: 'progress'; what: string }
  | {
      type: 'end'
      findings: ReportFinding[]
      untested: { subject: string; what: string; why: string }[]
      calls: number
    }

export interface ReportFinding {
  code: string
  title: string
  severity: 'error' | 'warning' | 'note'
  subject: string
  message: string
  advice: string
  curl?: string
}

/**
 * GET /api/operations?text=TEXT: the operations that fit a text, the best first. `&conversation=ID` searches only the
 * plugins that are enabled in that conversation; otherwise all plugins of the user. The text is at most 2,000 characters.
 */
export interface FoundOperation {
  plugin: PluginReference
  operation: OperationSummary
  /** Inputs whose value the text states. No value is guessed. */
  filled: FilledInput[]
  /** The required inputs that the text does not state. */
  missing: string[]
}

export interface PluginReference {
  id: string
  name: string
  title: string
  /** A URL of this host. */
  logo?: string
  /** Only an `active` plugin can be called. */
  activation: PluginSummary['activation']
}

export interface FilledInput {
  name: string
  value: unknown
  /** The part of the text that the value was taken from. */
  quote: string
  /** Why it is this input, such as `one of its choices` or `the text in quotes`. */
  because: string
}

/** GET /api/starters: what a user can begin with, the plugins that are active first. */
export interface Starter {
  plugin: PluginReference
  text: string
  /** `plugin`: its conversation starter. `operation`: the title of an operation, because the host knows no starter of the plugin. */
  source: 'plugin' | 'operation'
  /** The operation of the plugin that is meant; absent if that is not clear. */
  found?: FoundOperation
}

/**
 * GET /api/plugins/ID/examples: the recorded conversations of a plugin.
 * POST /api/plugins/ID/examples/NAME {} adds a conversation that has `recorded`, and answers it. Nothing is played yet.
 * POST /api/examples {text} does the same with a conversation that was saved as a file.
 * POST /api/conversations/ID/play {} plays it, or goes on with it: events of TurnEvent. It ends when a call waits for
 * confirmation (the decision goes on with it), when the user refuses a call or stops it, and after its last entry.
 */
export interface Examples {
  examples: Example[]
  /** Why there are none. */
  reason?: string
}

export interface Example {
  name: string
  title: string
  /** What the user says in it, in order. */
  said: string[]
  /** How many calls it makes, and how many of them ask first. */
  calls: number
  asks: number
  /** What to do before it can be played, such as to sign in. */
  problem?: string
}

/**
 * GET /api/conversations?query=; POST {} adds one; GET, PATCH {title?, plugins?} and DELETE /api/conversations/ID.
 * POST /api/conversations/ID/copy {before?} answers a copy of it: of all its messages, or of those before the message with
 * the ID `before`, to say something else in its place.
 */
export interface ConversationSummary {
  id: string
  title: string
  updatedAt: string
  /** Text around the first match, which is between ⟦ and ⟧. */
  snippet?: string
}

export interface Conversation extends ConversationSummary {
  /** The ids of the plugins that are enabled in it. */
  plugins: string[]
  messages: Message[]
  isRunning: boolean
  /** Present if it plays an example. What was recorded has `recorded` too. */
  recorded?: Recorded
}

export interface Recorded {
  plugin: string
  /** `file` if it was saved as a file. */
  example: string
  /** How many of its entries have been played; an entry is a text or a call. */
  played: number
  entries: number
  /** Whether it can go on: it is not at its end, and the user has said and called nothing else in it. */
  canPlay: boolean
}

export interface Message {
  id: string
  role: 'user' | 'assistant'
  parts: Part[]
  at: string
}

/** `recorded`: nobody has said it now; it is the text of an example. */
export type Part =
  | { type: 'text'; text: string; recorded?: true }
  | { type: 'call'; call: Call }
  | { type: 'notice'; text: string }

/** A line of what a plugin says about a call. The label may be empty. */
export interface Fact {
  label: string
  value: string
}

/** A question of a plugin, and what the user decided. */
export interface AnsweredQuestion {
  question: string
  facts: Fact[]
  decision: 'confirmed' | 'declined'
}

export interface Call {
  id: string
  plugin: { id: string; name: string; title: string }
  operation: string
  title: string
  arguments: Record<string, unknown>
  /**
   * `waiting` for confirmation; `refused` by the user, or by the host before anything was sent;
   * `failed` without an answer; `unknown` if the host ended during the call.
   */
  state: 'waiting' | 'running' | 'done' | 'refused' | 'failed' | 'unknown'
  /** Present while the call waits for confirmation. */
  ask?: {
    /** What the plugin asks, in words and figures. Absent if the host asks without it. */
    question?: string
    facts?: Fact[]
    /** Why the plugin asks again after the user has said yes, in a sentence. */
    again?: string
    reason: string
    /** Why the plugin may be another one than its name suggests. */
    warning?: string
    /** Where it goes; absent from calls that were asked before the host showed it. Invisible characters are escaped here and in `arguments`. */
    request?: { method: string; host: string; path: string }
    /** Exactly what is sent, as JSON. */
    arguments?: string
    /** Of the user, the conversation, the plugin as approved, and exactly this request; it is sent back with the decision. */
    digest: string
    /** Whether the decision may be `always`. */
    canRemember: boolean
    expiresAt: string
  }
  /** Whether it has an idempotency key: if its outcome is not known, it can be sent again, and is done once. */
  hasKey?: true
  /** The questions of the plugin that the user has answered. More than one if something changed after the first. */
  answered?: AnsweredQuestion[]
  /** The name by which the model called it; absent if the user called it by hand. */
  tool?: string
  /** Whether the user called it by hand. */
  byHand: boolean
  /** The call whose view made this one. */
  viewOf?: string
  request?: { method: string; url: string; headers: Record<string, string>; body?: string }
  response?: { status: number; headers: Record<string, string>; body: string; isCut: boolean }
  /** A command that makes the same call; the token is a variable. */
  curl?: string
  /** What the model is told. */
  result?: string
  milliseconds?: number
  at: string
  /** Present if an example makes this call: it is made now, and its answer is compared with the recorded one. */
  recorded?: {
    status?: number
    /** As JSON, or the text if it is not JSON. */
    answer?: string
    /** How the answer differs by status and shape, in sentences; absent until there is an answer, empty if it does not differ. */
    differences?: string[]
    /** The questions of the plugin, and what the user decided then. */
    answered?: AnsweredQuestion[]
    /** Arguments that differ from the recorded ones, because the plugin has created other values now: by name, as recorded. */
    changed?: Record<string, unknown>
  }
  /** An MCP App that shows the answer: GET /api/calls/ID/view answers its HTML. */
  view?: { title: string }
}

/**
 * POST /api/conversations/ID/messages {text}, /calls {plugin, operation, arguments},
 * /calls/CALL/view-calls {operation, arguments} for what the view of CALL asks for,
 * /calls/CALL/decision {decision, digest}, and /calls/CALL/repeat {} for a call that has a key and whose outcome is not known:
 * events of TurnEvent. A turn continues if nobody listens;
 * GET /api/conversations/ID/events listens to the running turn. POST /api/conversations/ID/stop {} ends it.
 */
export type TurnEvent =
  /** A new message, or one before the changes of this turn: it replaces what the listener has read of it. */
  | { type: 'message'; message: Message }
  | { type: 'text'; message: string; delta: string }
  | { type: 'call'; message: string; call: Call }
  | { type: 'notice'; message: string; text: string }
  | { type: 'title'; title: string }
  | { type: 'end'; state: 'done' | 'waiting' | 'stopped' | 'failed'; problem?: string }

export type Decision = 'allow' | 'always' | 'refuse'

/** GET /api/conversations/ID/prompt?text=: what the model would see if the user said this text now. */
export interface Prompt {
  system: string
  messages: { role: string; text: string }[]
  tools: { name: string; plugin: string; description: string; schema: Schema; tokens: number }[]
  /** Enabled plugins that were left out of this request, and the tokens that they would have taken. */
  leftOut: { plugin: string; tokens: number }[]
  tokens: { system: number; messages: number; tools: number; total: number }
  /** The request to the model, as JSON. */
  raw: string
}

/** GET /api/conversations/ID/file: the conversation as Markdown, to save and to replay. */
