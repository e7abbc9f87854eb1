import type { AnsweredQuestion } from '../wire.ts'

/** A conversation as it is saved in a file: what was said and what was called. */
export interface Script {
  title: string
  /** Addresses by the names of plugins. */
  plugins: Record<string, string>
  /** The name of a user that stands for a new one each time it is played: who has data of an earlier play has other answers. */
  sampleUser?: string
  entries: ScriptEntry[]
}

export type SaidEntry = { kind: 'user' | 'assistant'; text: string }
export type ScriptEntry = SaidEntry | ({ kind: 'call' } & ScriptCall)

export interface ScriptCall {
  plugin: string
  operation: string
  arguments: Record<string, unknown>
  /** What the plugin asked the user before the call, and what they decided. */
  answered?: AnsweredQuestion[]
  /** Absent if there was no answer. */
  status?: number
  /** The JSON value, or the text if it is not JSON. */
  answer?: unknown
}
