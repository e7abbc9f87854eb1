import type { Candidates } from './address.ts'
import type { Steps } from './steps.ts'
import type { Trace } from './trace.ts'

/** One registration in progress: what the user typed, and how it is fetched and reported. */
export interface Reading {
  address: string
  candidates: Candidates
  /** Whether plugins on this machine may be registered. */
  allowLoopback: boolean
  /** The service token, if the user entered one. */
  token: string | undefined
  signal: AbortSignal
  trace: Trace
  steps: Steps
}
