import { propagation } from '@opentelemetry/api'
import { errorCodeType, failedStatus } from '../error-type.ts'
import type { UpstreamEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { methodOf, serverOf } from '../http.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'

/** Passes the trace on to servers that the operator chose. Metrics have no host, because users may choose any. */
export function followUpstreams(instruments: Instruments): Follower<UpstreamEvent> {
  const durations = instruments.measure(metrics.upstreams)

  return {
    begin({ method, url, resent, setHeader }, parent) {
      const attributes = {
        'http.request.method': methodOf(method),
        'http.request.resend_count': resent || undefined,
        'url.scheme': url.protocol.slice(0, -1),
        ...serverOf(url),
      }
      const context = instruments.startSpan(spans.upstream, methodOf(method), attributes, { parent })
      if (setHeader) propagation.inject(context, undefined, { set: (_, name, value) => setHeader(name, value) })
      return context
    },
    end(event, context, seconds) {
      const { method, status } = event
      const failure = 'error' in event ? errorCodeType(event.error) : failedStatus(status, 400)
      const shared = { 'http.response.status_code': status, 'error.type': failure }
      durations(seconds, { 'http.request.method': methodOf(method), ...shared })
      endSpan(spans.upstream, context, shared)
    },
  }
}
