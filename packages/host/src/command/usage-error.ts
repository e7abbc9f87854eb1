/** The command cannot run as it was typed. The message says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
