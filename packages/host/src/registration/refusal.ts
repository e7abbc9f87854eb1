/** Why a step failed, and what to do about it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly advice: string

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { cause })
    this.advice = advice
  }
}
