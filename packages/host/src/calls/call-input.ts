import type { Fetch } from '@reference-plugins/guarded-fetch'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import type { Outcome } from './outcome.ts'

export interface CallInput {
  user: string
  plugin: RegisteredPlugin
  operation: DocumentOperation
  arguments: Record<string, unknown>
  conversation: string
  signal: AbortSignal
  /** Hears what is about to be sent. */
  onRequest?: (request: NonNullable<Outcome['request']>) => void
}

/** A call whose arguments have been checked. */
export interface PreparedCall extends CallInput {
  /** The Authorization header; undefined if the plugin needs none. */
  authorization: string | undefined
  fetch: Fetch
}
