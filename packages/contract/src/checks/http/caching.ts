import { type CheckRun, call } from '../../calls/check-run.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import type { SpecOperation } from '../../spec/spec.ts'

/** Answers that are made for one user are not for caches that others share. */
export async function checkCaching(run: CheckRun, operation: SpecOperation): Promise<void> {
  if (operation.method !== 'GET' || !operation.isProtected) return
  const values = ordinaryValues(run, operation, { all: false })
  const exchange = values && (await call(run, operation, values))
  if (!exchange || exchange.status >= 300) return
  const words = String(exchange.headers['cache-control'] ?? '').toLowerCase()
  const isKept = /\bno-store\b|\bprivate\b|\bno-cache\b/.test(words)
  const isShared = /\bpublic\b|\bs-maxage=0*[1-9]/.test(words)
  if (isShared) run.report.addTo(operation, 'cache-shared', `Cache-Control is ${words}`, exchange.curl)
  else if (!isKept)
    run.report.addTo(
      operation,
      'cache-unset',
      words === '' ? 'it has no Cache-Control' : `Cache-Control is ${words}`,
      exchange.curl,
    )
}
