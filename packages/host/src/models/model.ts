import type { LanguageModelV4FinishReason } from '@ai-sdk/provider'
import type { ModelChoice, Schema } from '../wire.ts'

/** A tool as the model sees it. */
export interface ToolDefinition {
  name: string
  description: string
  parameters: Schema
  /** Whether the parameters are in the subset of strict function calling. */
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
  /** A call whose arguments are not a JSON object; `fault` says why, for the model. */
  | { type: 'bad-call'; id: string; name: string; text: string; fault: string }
  | { type: 'end'; reason: LanguageModelV4FinishReason['unified'] }

export interface Model {
  choice: ModelChoice
  /** @throws ModelError, at any time */
  stream(request: ModelRequest): AsyncGenerator<ModelEvent>
  /** The body of the request as JSON. Nothing is sent. */
  toRaw(request: ModelRequest): Promise<string>
}

/** The model did not answer, or not completely. The message says what happened and what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
}
