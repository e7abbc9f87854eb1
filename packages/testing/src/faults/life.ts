/** How a call of another service can fail: it did nothing, or it did what was asked and its answer is lost. */
export type Outage = 'unreachable' | 'lost'

/** A process ended here: nothing that it would have done comes after. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/** The connection to another service broke. */
export class ServiceOutage extends Error {
  override readonly name = 'ServiceOutage'
}

/**
 * A plugin from its start to its end. Each statement, COMMIT and call of another service passes two points, before and
 * after it. The life can end at any of them: after that nothing can be written or sent, as if the process were gone.
 */
export class Life {
  /** Where the life ended. */
  end: string | undefined
  /** Whether the fault that was armed last has happened. */
  isStruck = false
  #passed = 0
  #last = Number.POSITIVE_INFINITY
  #outage: { kind: Outage; calls: number } | undefined
  #turns: readonly number[] = []

  get isOver(): boolean {
    return this.end !== undefined
  }

  /** How many points have been passed since the last `arm` or `disarm`. */
  get passed(): number {
    return this.#passed
  }

  /** From now on, waits some turns of the event loop at each point, so that calls that run at once are interleaved. */
  interleave(turns: readonly number[]): void {
    this.#turns = turns
  }

  /** The life ends at the point with this number, or this call of another service fails. Counted from now. */
  arm(kind: 'crash' | Outage, at: number): void {
    this.disarm()
    if (kind === 'crash') this.#last = at
    else this.#outage = { kind, calls: at }
  }

  disarm(): void {
    this.#passed = 0
    this.#last = Number.POSITIVE_INFINITY
    this.#outage = undefined
    this.isStruck = false
  }

  /** @throws Crash if the life has ended, or ends here */
  async reach(point: string): Promise<void> {
    this.#check()
    const turns = this.#turns[this.#passed % this.#turns.length] ?? 0
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    // Another call may have ended the life meanwhile.
    this.#check()
    if (++this.#passed >= this.#last) {
      this.end = point
      this.isStruck = true
      this.#check()
    }
  }

  async pass<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    await this.reach(`before ${what}`)
    const result = await work()
    await this.reach(`after ${what}`)
    return result
  }

  /** As `pass`, for a call of another service. @throws ServiceOutage */
  async call<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    await this.reach(`before ${what}`)
    const outage = this.#takeOutage()
    if (outage === 'unreachable') throw new ServiceOutage(`${what}: not sent`)
    const result = await work()
    if (outage === 'lost') throw new ServiceOutage(`${what}: done, but the answer is lost`)
    await this.reach(`after ${what}`)
    return result
  }

  #check(): void {
    if (this.end !== undefined) throw new Crash(`the process ended ${this.end}`)
  }

  #takeOutage(): Outage | undefined {
    if (!this.#outage || --this.#outage.calls > 0) return undefined
    const { kind } = this.#outage
    this.#outage = undefined
    this.isStruck = true
    return kind
  }
}
