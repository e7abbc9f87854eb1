import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { type Caller, Problem } from '@reference-plugins/core'
import { AskedCall, type Outcome } from './asked-call.ts'
import type { Instance } from './instance.ts'
import type { Outage } from './life.ts'
import type { Site } from './site.ts'
import type { Scene, Step } from './subject.ts'

/** One request of a turn. */
export type Send =
  /** A call of a step that nobody has made before; with `asks`, the person is asked first, if the operation lets one. */
  | { kind: 'new'; step: number; choice: number; asks: boolean; instance: number }
  /** The person is asked, and the call is not made yet. */
  | { kind: 'ask'; step: number; choice: number }
  /** An earlier call, or one of this turn, again. Without its key it is known by its confirmation. */
  | { kind: 'again'; which: number; hasKey: boolean; instance: number }
  /** The key of an earlier call with another input. */
  | { kind: 'other'; which: number; choice: number; instance: number }

export interface Fault {
  kind: 'crash' | Outage
  /** The number of the point, or of the call of another service. */
  at: number
  instance: number
}

/** Requests that run at once, and the fault that strikes them. */
export interface Turn {
  sends: readonly Send[]
  fault?: Fault | undefined
  /** How long each point waits for the others, in turns of the event loop. */
  interleaving?: readonly number[]
}

/** The store gives up a transaction after 5 seconds, which may pass on a busy machine. In milliseconds. */
const longestTurn = 4_000

interface Try {
  asked: AskedCall
  instance: Instance
  input: object
  hasKey: boolean
}

/** What one user does, and the truth about it. */
export class Schedule<Outside> implements Scene<Outside> {
  readonly id: string
  readonly #site: Site<Outside>
  readonly #asked: AskedCall[] = []
  readonly #caller: Caller | undefined

  constructor(site: Site<Outside>, id: string) {
    this.#site = site
    this.id = id
    const { caller } = site.subject
    this.#caller = caller ? caller(id) : { id }
    site.clock.advanceWeeks()
  }

  get outside(): Outside {
    return this.#site.outside
  }

  get calls(): AskedCall[] {
    return this.#asked.filter(({ isSent }) => isSent)
  }

  done(step: string): AskedCall[] {
    return this.calls.filter((call) => call.step === step && call.state === 'done')
  }

  async read<Output>(operation: string, input: object): Promise<Output> {
    const instance = await this.#site.instance(0)
    return (await instance.call(operation, input, this.#caller)).data as Output
  }

  /** @returns whether the fault has happened */
  async play({ sends, fault, interleaving = [] }: Turn): Promise<boolean> {
    this.#site.clock.advance(0.01)
    const tries: Try[] = []
    for (const send of sends) {
      const prepared = await this.#prepare(send)
      if (prepared) tries.push(prepared)
    }
    const struck = fault && (await this.#site.instance(fault.instance)).life
    for (const { life } of this.#site.instances) life.interleave(interleaving)
    if (fault) struck?.arm(fault.kind, fault.at)
    const began = performance.now()
    const outcomes = await Promise.all(
      tries.map(({ asked, instance, input, hasKey }) => {
        asked.send(hasKey)
        return instance.send(asked, input, this.#caller, hasKey)
      }),
    )
    const isSlow = performance.now() - began > longestTurn
    for (const { life } of this.#site.instances) life.interleave([])
    const isStruck = struck?.isStruck ?? false
    struck?.disarm()
    await this.#site.removeEnded()
    // Those without an answer last: after them it is open again whether the call was made.
    const ended = tries.map((one, index) => ({ ...one, outcome: outcomes[index] as Outcome }))
    ended.sort((a, b) => Number(a.outcome.kind === 'lost') - Number(b.outcome.kind === 'lost'))
    for (const { asked, instance, input, outcome } of ended) {
      const isDisturbed = isSlow || (isStruck && instance.life === struck)
      if (input !== asked.input) asked.takeOther(outcome, isDisturbed)
      else asked.take(outcome, isDisturbed, tries.filter((one) => one.asked === asked).length > 1)
    }
    return isStruck
  }

  async happen(event: string, choice: number): Promise<void> {
    await this.#site.subject.events?.[event]?.(this, choice)
  }

  /** Compares, also after each call whose end is not known has been repeated. */
  async end(): Promise<void> {
    await this.#site.settle()
    await this.#site.subject.check(this)
    const open = this.calls.filter((asked) => asked.state !== 'done' && asked.isUncertain && asked.isRepeated)
    if (open.length === 0) return
    for (const asked of open) {
      await this.play({ sends: [{ kind: 'again', which: this.#asked.indexOf(asked), hasKey: true, instance: 0 }] })
      assert.notEqual(asked.state, 'unknown', `${asked.step} ${asked.key} has no end`)
    }
    await this.#site.settle()
    await this.#site.subject.check(this)
  }

  async #prepare(send: Send): Promise<Try | undefined> {
    if (send.kind === 'new' || send.kind === 'ask') {
      const asked = await this.#ask(send.step, send.choice, send.kind === 'ask' || send.asks)
      if (!asked || send.kind === 'ask') return undefined
      return { asked, input: asked.input, hasKey: true, instance: await this.#site.instance(send.instance) }
    }
    const asked = this.#asked[send.which % this.#asked.length]
    if (!asked) return undefined
    const instance = await this.#site.instance(send.instance)
    if (send.kind === 'again') {
      if (!asked.isRepeated) return undefined
      return { asked, instance, input: asked.input, hasKey: send.hasKey || asked.token === undefined }
    }
    if (!asked.isKeyKnown) return undefined
    const input = await this.#input(asked.step, send.choice)
    if (!input || isDeepStrictEqual(input, asked.input)) return undefined
    return { asked, instance, input, hasKey: true }
  }

  /** The user decides to make a call, and confirms it. */
  async #ask(number: number, choice: number, asks: boolean): Promise<AskedCall | undefined> {
    // A step that is not possible yet needs an earlier one.
    const names = Object.keys(this.#site.subject.steps)
    let name = ''
    let input: object | undefined
    for (let step = number % names.length; step >= 0 && !input; step--) {
      name = names[step] as string
      input = await this.#input(name, choice)
    }
    if (!input) return undefined
    const { operation } = this.#step(name)
    const instance = await this.#site.instance(0)
    const question = instance.question(operation)
    let token: string | undefined
    if (question === 'always' || (question === 'perhaps' && asks)) {
      const confirming = { canAsk: true }
      const error = await instance.call(operation, input, this.#caller, { confirming }).then(
        () => assert.fail(`${name} was made without a confirmation: ${JSON.stringify(input)}`),
        (error: unknown) => error,
      )
      if (!(error instanceof Problem && error.status < 500)) throw error
      token = (error.members?.confirmation as { token: string } | undefined)?.token
      if (token === undefined) return undefined
    }
    const asked = new AskedCall(name, operation, `${this.id}-${this.#asked.length}`, input, token)
    this.#asked.push(asked)
    return asked
  }

  async #input(name: string, choice: number): Promise<object | undefined> {
    try {
      return await this.#step(name).input(this, choice)
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return undefined
      throw error
    }
  }

  #step(name: string): Step<Outside> {
    return this.#site.subject.steps[name] as Step<Outside>
  }
}
