import assert from 'node:assert/strict'
import { inspect } from 'node:util'

/** How one try of a call ended, as its caller sees it. */
export type Outcome =
  | { kind: 'answer'; text: string }
  | { kind: 'refusal'; status: number; detail: string; isReplayed: boolean; token?: string | undefined }
  /** 409 with Retry-After. */
  | { kind: 'running' }
  /** A failure, or no answer because the process ended. */
  | { kind: 'lost'; error: unknown }

/** A call that a user has asked for: all tries with its idempotency key. It holds what must be true of them. */
export class AskedCall {
  /** The name of the step. */
  readonly step: string
  readonly operation: string
  readonly key: string
  readonly input: object
  /** The confirmation of the user, where one was asked. */
  token: string | undefined
  /** The output that the user has got. */
  answer: Record<string, unknown> | undefined
  /** What the user was told instead. */
  refusal: string | undefined
  /** A try got no answer, and may have acted. */
  isUncertain = false
  isSent = false
  #isWithoutKey = false
  #text: string | undefined
  #kept: string | undefined

  constructor(step: string, operation: string, key: string, input: object, token: string | undefined) {
    this.step = step
    this.operation = operation
    this.key = key
    this.input = input
    this.token = token
  }

  get state(): 'done' | 'refused' | 'unknown' {
    if (this.answer) return 'done'
    return this.refusal === undefined ? 'unknown' : 'refused'
  }

  /** A caller that has been refused does not repeat a call of which it does not know whether it was made. */
  get isRepeated(): boolean {
    return !(this.isUncertain && this.refusal !== undefined)
  }

  /** Whether another input with the same key must be refused. */
  get isKeyKnown(): boolean {
    return !this.#isWithoutKey && (this.answer !== undefined || this.#kept !== undefined)
  }

  /** A try is sent, with its key or by its confirmation alone. */
  send(hasKey: boolean): void {
    this.isSent = true
    this.#isWithoutKey ||= !hasKey
  }

  /** Takes the outcome of a try with another input. @throws AssertionError if it was not refused */
  takeOther(outcome: Outcome, isDisturbed: boolean): void {
    if (outcome.kind === 'lost' && isDisturbed) return
    assert.ok(
      outcome.kind === 'refusal' && outcome.status === 422,
      `a known key with another input is not refused with 422: ${this.#describe(outcome)}`,
    )
  }

  /**
   * Takes the outcome of a try.
   * @param isDisturbed whether there was a fault
   * @param isAlongside whether other tries ran at the same time
   * @throws AssertionError if it does not fit what the user was told before
   */
  take(outcome: Outcome, isDisturbed: boolean, isAlongside: boolean): void {
    const told = this.#describe(outcome)
    if (outcome.kind === 'lost') {
      if (!isDisturbed) throw new Error(`a call failed without a fault: ${told}`, { cause: outcome.error })
      if (this.answer || this.#kept !== undefined) return
      this.isUncertain = true
      this.refusal = undefined
    } else if (outcome.kind === 'running') {
      assert.ok(isAlongside || this.isUncertain, `a call that nobody runs is said to run: ${told}`)
    } else if (outcome.kind === 'answer') {
      assert.equal(this.#kept, undefined, `a call that was refused is done later: ${told}`)
      assert.ok(this.isRepeated, `a call that was refused was made: ${told}`)
      assert.equal(outcome.text, this.#text ?? outcome.text, `a repeated call gets another answer: ${told}`)
      this.#text = outcome.text
      this.answer = JSON.parse(outcome.text)
      this.refusal = undefined
      this.isUncertain = false
    } else {
      assert.equal(this.answer, undefined, `a call that was done is refused later: ${told}`)
      assert.ok(outcome.status !== 422 || this.refusal !== undefined, `a key is said to have another input: ${told}`)
      if (outcome.isReplayed) {
        const before = isAlongside || this.isUncertain ? outcome.detail : this.refusal
        assert.equal(outcome.detail, this.#kept ?? before, `a repeated call gets another refusal: ${told}`)
        this.#kept = outcome.detail
      }
      this.refusal = outcome.detail
      this.token = outcome.token ?? this.token
    }
  }

  #describe(outcome: Outcome): string {
    return `${this.step} ${this.key} ${inspect(this.input)}: ${inspect(outcome)}`
  }
}
