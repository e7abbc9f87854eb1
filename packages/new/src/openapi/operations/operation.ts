import type { Answer } from '../answers/answer.ts'
import type { HttpOperation, Input } from '../inputs/input.ts'

/** An operation of the API that becomes one of the plugin. */
export interface ApiOperation {
  /** Its operationId in the plugin. */
  id: string
  tag: string
  method: string
  /** In the API. */
  path: string
  /** In the plugin. */
  route: string
  summary: string
  description: string | undefined
  /** How long the texts are in the spec, where they were cut. */
  cut: { summary?: number; description?: number }
  inputs: Input[]
  /** What is not sent, in sentences. */
  comments: string[]
  answer: Answer
  isConsequential: boolean | undefined
  /** It may delete or overwrite something. */
  isDestructive: boolean
  source: HttpOperation
}

/** An operation of the API that does not, and why. */
export interface LeftOut {
  /** Such as `POST /pet/{petId}/uploadImage`. */
  route: string
  reason: string
}
