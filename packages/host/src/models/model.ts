import type { ModelChoice, Schema } from '../wire.ts'

/** A tool as the model is shown it. */
export interface ToolDefinition {
  name: string
  description: string
  parameters: Schema
  /** Whether the parameters are in the subset that strict function calling takes. */
  strict: boolean
}

export type ModelMessage =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; calls: { id: string; name: string; arguments: unknown }[] }
  | { role: 'tool'; callId: string; name: string; text: string }

export interface ModelRequest {
  system: string
  messages: ModelMessage[]
  tools: ToolDefinition[]
  signal: AbortSignal
}

export type ModelEvent =
  | { type: 'text'; delta: string }
  | { type: 'call'; id: string; name: string; arguments: Record<string, unknown> }
  /** A call whose arguments are no JSON object; `fault` says so to the model. */
  | { type: 'bad-call'; id: string; name: string; text: string; fault: string }
  | { type: 'end'; reason: 'stop' | 'calls' | 'length' | 'refusal' | 'other' }

export interface Model {
  choice: ModelChoice
  /** @throws ModelError, before the first event or between two */
  stream(request: ModelRequest): AsyncGenerator<ModelEvent>
  /** The body of the request as it would be sent, as JSON. Nothing is sent. */
  toRaw(request: ModelRequest): Promise<string>
}

/** The model gave no answer, or not all of it. The message says what happened, and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
}
