import type { Effects } from '../operation.ts'

/** What a call does to the world, for people and models. */
export function effectSentence({ readOnly, destructive }: Effects): string {
  if (readOnly) return 'Changes nothing.'
  return destructive ? 'May delete or overwrite something.' : 'Adds or changes something, and deletes nothing.'
}

/** Whether a call may be repeated; undefined if it changes nothing. */
export function repetitionSentence({ readOnly, idempotent }: Effects): string | undefined {
  if (readOnly) return undefined
  return idempotent
    ? 'A second call with the same input changes nothing more.'
    : 'A second call with the same input acts a second time: if the outcome of a call is unknown, read before you repeat it.'
}
