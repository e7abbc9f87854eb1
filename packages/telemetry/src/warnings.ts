import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api'

const pause = 600_000

/** Tells the operator what is wrong with telemetry: each fault at most once in ten minutes, however often it happens. */
export class Warnings {
  readonly #warn: (message: string) => void
  readonly #last = new Map<string, number>()

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** @param kind what counts as the same fault */
  tell(kind: string, message: string): void {
    const now = performance.now()
    const last = this.#last.get(kind)
    if (last !== undefined && now - last < pause) return
    this.#last.set(kind, now)
    this.#warn(`telemetry: ${message}`)
  }

  /** Passes on what OpenTelemetry says itself, except about exports, which `ReportedExports` counts. */
  listen(): void {
    const tell = (message: string) => {
      if (!/^(\{|PeriodicExportingMetricReader: )/.test(message)) this.tell(message.replaceAll(/\d+/g, ''), message)
    }
    const nothing = () => {}
    const logger: DiagLogger = { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing }
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  }
}
