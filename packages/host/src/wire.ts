/**
 * What the page and the server say to each other, under /api. Bodies are JSON; a refusal is a problem document
 * (RFC 9457) whose `detail` says what to do. Where a comment says "events", the answer is a text/event-stream whose
 * every `data:` is one of the events named.
 */
import type { AuthType, Repair, Schema } from '@reference-plugins/reader'

export type { AuthType, Repair, Schema }

/** GET /api/session. POST {name, password} signs in, DELETE signs out. POST /api/users {name, password} signs up. */
export interface Session {
  /** Absent until somebody has signed in; in single-user mode always there. */
  user?: { id: string; name: string; isOwner: boolean }
  mode: 'single' | 'accounts'
  /** Whether plugins on this machine may be registered. */
  development: boolean
  model: ModelState
}

/** GET /api/models; PUT /api/models with ModelChoice. */
export interface ModelState {
  /** Absent where there is no model: then every operation is a form. */
  chosen?: ModelChoice
  /** What was found by environment and by asking a running Ollama. */
  found: ModelChoice[]
  /** Why a place that was configured gives nothing, in sentences. */
  problems: string[]
}

export interface ModelChoice {
  provider: 'openai-compatible' | 'anthropic'
  /** Such as http://localhost:11434/v1. */
  baseUrl: string
  model: string
  /** Only ever sent to the server, which never gives it back. */
  apiKey?: string
  /** From where it is known: an environment variable, `Ollama on this machine`, or `settings`. */
  from?: string
}

/**
 * GET /api/workspace: the plugins of this repository. POST /api/workspace/NAME {} registers and activates one in one go,
 * with the tokens that it made itself in development: events of RegistrationEvent, whose registration has `approved`.
 */
export interface LocalPlugin {
  /** With whom to sign in, where that is asked for. */
  signInHint?: string
  name: string
  url: string
  isRunning: boolean
  /** The id it is registered under. */
  plugin?: string
}

/** POST /api/registrations {address}: events of `RegistrationEvent`. */
export type RegistrationEvent = { type: 'step'; step: RegistrationStep } | { type: 'end'; registration: Registration }

/** One of those that the page shows from the beginning, in this order. */
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
  /** What to do about it, where it failed or warns. */
  advice?: string
  /** A page of the documentation, by its heading. */
  help?: string
  milliseconds: number
  /** What was sent, and what came. */
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
  /** The id of the plugin, where it has been approved already. */
  approved?: string
  repairs: Repair[]
  /** What would be registered; absent where it cannot be. */
  plugin?: PluginPreview
  /** The plugin that it would change, and how. */
  changes?: { plugin: string; difference: Difference[] }
}

/** Text against text, by lines. */
export interface Difference {
  document: 'manifest' | 'spec'
  lines: { kind: 'same' | 'added' | 'removed'; text: string }[]
}

export interface PluginPreview {
  name: string
  title: string
  descriptionForHuman: string
  descriptionForModel: string
  /** Of this host, never of the plugin's. */
  logo?: string
  legalInfoUrl?: string
  contactEmail?: string
  source: 'manifest' | 'spec' | 'mcp'
  address: string
  server: string
  auth: { type: AuthType; scheme: 'bearer' | 'basic'; scope?: string; needsClient: boolean }
  operations: OperationSummary[]
  /** What its operations cost the model, in tokens. */
  tokens: number
  /** Where the plugin's authorization server must send the browser back to; for the developer. */
  callbackUrl?: string
  /** What the developer puts into the manifest under verification_tokens, and whether it is there. */
  verification?: { service: string; token: string; isThere: boolean }
}

export interface OperationSummary {
  name: string
  title: string
  description: string
  method?: string
  path?: string
  input: Schema
  /** Whether the host asks before it is called. */
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
  activation: 'none' | 'active' | 'expired'
  /** Why it cannot be called at present: its documents have changed, its client is missing. */
  trouble?: string
  registeredAt: string
}

export interface PluginDetail extends PluginSummary {
  hasServiceToken: boolean
  clientId?: string
  repairs: Repair[]
  manifest?: string
  spec?: string
  /** As ChatGPT's plugins were put before their model, in TypeScript. */
  prompt: string
  shares: Share[]
}

/**
 * Of a plugin that is one's own:
 * POST /api/plugins/ID/refresh: events of RegistrationEvent, whose registration has `changes` where there are any;
 * POST /api/plugins/ID/verification {} looks for the verification token and answers PluginDetail;
 * POST /api/plugins/ID/report {}: events of ReportEvent;
 * PUT /api/plugins/ID/service-token {token}; PUT /api/plugins/ID/client {id, secret}; both answer PluginDetail;
 * POST /api/plugins/ID/shares with ShareInput answers Share; DELETE /api/plugins/ID/shares/SHARE.
 * Of any:
 * PUT /api/plugins/ID/activation {token?} answers PluginDetail; DELETE signs out, revokes, and forgets;
 * POST /api/plugins/ID/sign-in {} answers {url}, to be opened in a window of its own; the window ends with a page that
 * posts `{type: 'signed-in', plugin}` or `{type: 'sign-in-failed', plugin, detail}` to its opener and closes.
 * POST /api/shares/SECRET {} takes a share by link and answers PluginDetail.
 */
export interface Share {
  id: string
  /** With a user by name, or with whoever has the link. */
  kind: 'user' | 'link'
  userName?: string
  /** Only when it is made: afterwards nobody can read it. */
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

/** GET /api/conversations?query=; POST {} makes one; GET, PATCH {title?, plugins?} and DELETE /api/conversations/ID. */
export interface ConversationSummary {
  id: string
  title: string
  updatedAt: string
  /** Where the query was found, with ⟦ and ⟧ around it. */
  snippet?: string
}

export interface Conversation extends ConversationSummary {
  /** The ids of the plugins that are enabled in it. */
  plugins: string[]
  messages: Message[]
  isRunning: boolean
}

export interface Message {
  id: string
  role: 'user' | 'assistant'
  parts: Part[]
  at: string
}

export type Part = { type: 'text'; text: string } | { type: 'call'; call: Call } | { type: 'notice'; text: string }

export interface Call {
  id: string
  plugin: { id: string; name: string; title: string }
  operation: string
  title: string
  arguments: Record<string, unknown>
  /**
   * `waiting` for the user's word; `refused` by the user, or by the host before anything was sent;
   * `failed` without an answer; `unknown` where the host ended meanwhile.
   */
  state: 'waiting' | 'running' | 'done' | 'refused' | 'failed' | 'unknown'
  /** Why the host asks; there while it waits. */
  ask?: {
    reason: string
    /** Of exactly this operation and these arguments; it is given back with the decision. */
    digest: string
    /** Whether `always` may be answered. */
    canRemember: boolean
    expiresAt: string
  }
  /** What the model called it by; absent where it was called by hand. */
  tool?: string
  /** Whether the user called it by hand. */
  byHand: boolean
  request?: { method: string; url: string; headers: Record<string, string>; body?: string }
  response?: { status: number; headers: Record<string, string>; body: string; isCut: boolean }
  /** Makes the same call again; the token is a variable. */
  curl?: string
  /** What the model is told. */
  result?: string
  milliseconds?: number
  at: string
  /** An MCP App that shows the answer: GET /api/calls/ID/view answers its HTML. */
  view?: { title: string }
}

/**
 * POST /api/conversations/ID/messages {text}, /calls {plugin, operation, arguments},
 * /calls/CALL/decision {decision, digest}: events of TurnEvent. A turn goes on when nobody listens;
 * GET /api/conversations/ID/events listens to the one that is running. POST /api/conversations/ID/stop {} ends it.
 */
export type TurnEvent =
  | { type: 'message'; message: Message }
  | { type: 'text'; message: string; delta: string }
  | { type: 'call'; message: string; call: Call }
  | { type: 'notice'; message: string; text: string }
  | { type: 'title'; title: string }
  | { type: 'end'; state: 'done' | 'waiting' | 'stopped' | 'failed'; problem?: string }

export type Decision = 'allow' | 'always' | 'refuse'

/** GET /api/conversations/ID/prompt?text=: what the model would see if the user said that now. */
export interface Prompt {
  system: string
  messages: { role: string; text: string }[]
  tools: { name: string; plugin: string; description: string; schema: Schema; tokens: number }[]
  /** Plugins that are enabled and were left out of this request, and what they would have cost. */
  leftOut: { plugin: string; tokens: number }[]
  tokens: { system: number; messages: number; tools: number; total: number }
  /** As it goes to the model, as JSON. */
  raw: string
}

/** GET /api/conversations/ID/file: the conversation as Markdown, to keep and to replay. */
