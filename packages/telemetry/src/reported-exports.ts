import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import type { Warnings } from './warnings.ts'

interface Exporter<Items> {
  export(items: Items, done: (result: ExportResult) => void): void
}

/**
 * Reports when a collector begins to refuse or to miss what is sent, and when it takes it again. What an exporter itself
 * reports is one line for each batch.
 */
export function withReports<Items, Inner extends Exporter<Items>>(
  exporter: Inner,
  what: string,
  warnings: Warnings,
): Inner {
  const send = exporter.export.bind(exporter)
  let lost = 0
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code === ExportResultCode.FAILED) {
        lost++
        warnings.tell(
          `export ${what}`,
          `${what} cannot be sent (${reasonOf(result.error)}). What is not sent is dropped; requests are answered as before`,
        )
      } else if (lost > 0) {
        warnings.tell(`resumed ${what}`, `${what} are sent again; ${lost} batches were lost`)
        lost = 0
      }
      // The SDK would report the failure once more.
      done({ code: ExportResultCode.SUCCESS })
    })
  return exporter
}

/** What the SDK says of a status after which it tries again. */
const withoutStatus = 'Export failed with retryable status'

/** A status or a code, and nothing that the collector has written. */
function reasonOf(error: (Error & { code?: unknown }) | undefined): string {
  for (let inner: unknown = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown }
    if (typeof code === 'number') return `status ${code}`
    if (typeof code === 'string') return code
  }
  if (error?.message === withoutStatus) return 'status 429, 502, 503 or 504'
  return error?.message.slice(0, 100) || 'no connection'
}
