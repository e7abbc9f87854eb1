import type { Telemetry } from '@reference-plugins/telemetry'
import { isAskedFor } from '@reference-plugins/telemetry/signals'
import type { Logger } from 'pino'
import { createLog, type LogLevel } from './log.ts'

export interface OpenLog {
  log: Logger
  /** Sends the telemetry that waits, for at most 2 seconds, and writes the last lines. */
  close(): Promise<void>
}

/**
 * Opens the log of a process. If a variable of OpenTelemetry asks for telemetry, it starts that first, and each line has the
 * ids of the trace and the span that it belongs to. Otherwise nothing of OpenTelemetry is loaded.
 * @param name of the service
 */
export async function openLog(name: string, level: LogLevel, development: boolean): Promise<OpenLog> {
  if (!isAskedFor(process.env)) {
    const log = createLog(level, development)
    return { log, close: async () => log.flush() }
  }
  let telemetry: Telemetry | undefined
  const log = createLog(level, development, undefined, () => telemetry?.logFields() ?? {})
  const { startTelemetry } = await import('@reference-plugins/telemetry')
  telemetry = await startTelemetry({ name, warn: (message) => log.warn(message) })
  return {
    log,
    async close() {
      await telemetry.stop()
      log.flush()
    },
  }
}
