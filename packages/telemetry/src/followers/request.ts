import { propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { failedStatus } from '../error-type.ts'
import type { RequestEvent } from '../events.ts'
import type { Follower } from '../follow.ts'
import { methodOf } from '../http.ts'
import { endSpan, type Instruments } from '../instruments.ts'
import { metrics, spans } from '../sent.ts'
import { renameSpan } from '../span-name.ts'

const probes = ['/livez', '/readyz']
// Whether it is one is known at the end, because a base path may stand before it.
const mayBeProbe = ({ request: { url = '' } }: RequestEvent): boolean => /\/(livez|readyz)(\?|$)/.test(url)

/** A trace goes on in the one of the caller. Whether it is recorded is decided here, unless the sampler is `parentbased_…`. */
export function followRequests(instruments: Instruments): Follower<RequestEvent> {
  const durations = instruments.measure(metrics.requests)
  const active = instruments.measure(metrics.activeRequests)
  const limited = instruments.measure(metrics.limitedRequests)
  const common = ({ request, scheme }: RequestEvent) => ({
    'http.request.method': methodOf(request.method),
    'url.scheme': scheme === 'https' ? 'https' : 'http',
  })

  return {
    begin(event) {
      const { headers, httpVersion, method } = event.request
      if (mayBeProbe(event)) return ROOT_CONTEXT
      active(1, common(event))
      const attributes = { ...common(event), 'network.protocol.version': httpVersion }
      const parent = propagation.extract(ROOT_CONTEXT, headers)
      return instruments.startSpan(spans.request, spanName(method), attributes, { parent })
    },
    end(event, context, seconds) {
      const { request, route, status } = event
      const shared = {
        'http.route': route,
        'http.response.status_code': status,
        'error.type': failedStatus(status, 500),
      }
      if (probes.includes(route ?? '')) return
      if (trace.getSpan(context)) active(-1, common(event))
      durations(seconds, { ...common(event), ...shared })
      if (status === 429) limited(1, { 'http.request.method': methodOf(request.method), 'http.route': route })
      if (route !== undefined) renameSpan(context, `${spanName(request.method)} ${route}`)
      endSpan(spans.request, context, shared)
    },
  }
}

function spanName(method: string | undefined): string {
  const known = methodOf(method)
  return known === '_OTHER' ? 'HTTP' : known
}
