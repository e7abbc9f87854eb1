import { type RegistrationStep, stepNames } from '../wire.ts'
import type { Candidates } from './address.ts'
import type { Trace } from './trace.ts'

type StepName = RegistrationStep['name']

/** Why a step failed, and what to do about it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly advice: string

  constructor(message: string, advice: string, cause?: unknown) {
    super(message, { cause })
    this.advice = advice
  }
}

export interface Passed<Result> {
  result: Result
  message: string
  /** What to improve, although the plugin works without it. */
  warning?: string
}

export const passed = <Result>(result: Result, message: string): Passed<Result> => ({ result, message })
export const warned = (message: string, warning: string): Passed<undefined> => ({ result: undefined, message, warning })

/** The steps of a registration, in order. Each is reported when it starts and when it ends. */
export class Steps {
  readonly steps: RegistrationStep[]
  readonly #trace: Trace
  readonly #tell: (step: RegistrationStep) => void

  constructor(trace: Trace, tell: (step: RegistrationStep) => void) {
    this.#trace = trace
    this.#tell = tell
    this.steps = stepNames.map((name) => ({ name, state: 'skipped', message: '', milliseconds: 0, exchanges: [] }))
  }

  /** @throws Refusal that `work` throws */
  async run<Result>(name: StepName, work: () => Promise<Passed<Result>> | Passed<Result>): Promise<Result> {
    const step = this.#find(name)
    const start = performance.now()
    this.#trace.exchanges = step.exchanges
    step.state = 'running'
    this.#tell({ ...step })
    try {
      const { result, message, warning } = await work()
      Object.assign(step, {
        state: warning === undefined ? 'passed' : 'warned',
        message,
        ...(warning !== undefined && { advice: warning }),
      })
      return result
    } catch (error) {
      if (error instanceof Refusal)
        Object.assign(step, { state: 'failed', message: error.message, advice: error.advice })
      throw error
    } finally {
      step.milliseconds = performance.now() - start
      this.#tell({ ...step })
    }
  }

  skip(names: StepName[], message: string): void {
    for (const step of names.map((name) => this.#find(name))) {
      step.message = message
      this.#tell({ ...step })
    }
  }

  #find(name: StepName): RegistrationStep {
    return this.steps.find((step) => step.name === name) as RegistrationStep
  }
}

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
