import { type RegistrationStep, stepNames } from '../wire.ts'
import type { Reason } from './reasons.ts'
import type { Trace } from './trace.ts'

type StepName = RegistrationStep['name']

/** A step has failed, and with it the registration. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

export interface Passed<Result> {
  result: Result
  message: string
  /** What should be done, though it works without. */
  warning?: string
}

/** The steps of a registration, in their order, each told when it begins and when it ends. */
export class Steps {
  readonly steps: RegistrationStep[]
  readonly #trace: Trace
  readonly #tell: (step: RegistrationStep) => void

  constructor(trace: Trace, tell: (step: RegistrationStep) => void) {
    this.#trace = trace
    this.#tell = tell
    this.steps = stepNames.map((name) => ({ name, state: 'skipped', message: '', milliseconds: 0, exchanges: [] }))
  }

  /** @throws StepFailed where `work` throws a `Refusal` */
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
      if (!(error instanceof Refusal)) throw error
      Object.assign(step, { state: 'failed', message: error.message, advice: error.advice })
      throw new StepFailed(error.message, { cause: error })
    } finally {
      step.milliseconds = performance.now() - start
      this.#tell({ ...step })
    }
  }

  skip(name: StepName, message: string): void {
    const step = this.#find(name)
    step.message = message
    this.#tell({ ...step })
  }

  #find(name: StepName): RegistrationStep {
    return this.steps.find((step) => step.name === name) as RegistrationStep
  }
}

/** Why a step fails, and what to do about it. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly advice: string

  constructor({ message, advice }: Reason, cause?: unknown) {
    super(message, { cause })
    this.advice = advice
  }
}
