import { noValues } from '../../calls/call-values.ts'
import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { toRequest } from '../../calls/request.ts'
import type { SpecOperation } from '../../spec/spec.ts'

/**
 * Looks whether the server has an operation that never answered: it may be that the path or the method is another.
 * Answers what it says to ordinary values.
 */
export async function checkExistence(run: CheckRun, operation: SpecOperation): Promise<Exchange | undefined> {
  const request = toRequest(operation, ordinaryValues(run, operation, { all: false }) ?? noValues())
  const exchange = await run.client.attempt(request)
  if (exchange) await judge(run, operation, request, exchange)
  return exchange
}

async function judge(
  { client, report }: CheckRun,
  operation: SpecOperation,
  request: RequestInput,
  exchange: Exchange,
): Promise<void> {
  const isDescribed = operation.responses[exchange.status] !== undefined
  if (!isDescribed && (exchange.status === 405 || exchange.status === 501))
    return report.addTo(operation, 'operation-missing', `it is answered with ${exchange.status}`, exchange.curl)
  // An id may not exist, a path without one must.
  if (exchange.status !== 404 || operation.path.includes('{')) return
  const [path = '', query] = request.path.split('?')
  const wrong = `${path}-that-nobody-has`
  const other = await client.attempt({ ...request, path: query === undefined ? wrong : `${wrong}?${query}` })
  if (other?.status !== 404 || bodyOf(other, wrong) !== bodyOf(exchange, path)) return
  report.add('operation-missing', operation.id, 'it is answered with 404, as a path is that does not exist', {
    pointer: operation.pointer,
    curl: exchange.curl,
    severity: isDescribed ? 'note' : 'warning',
  })
}

/** Without what differs in every answer. */
const bodyOf = ({ text }: Exchange, path: string): string =>
  text.replaceAll(path, '').replaceAll(/[0-9a-f-]{32,36}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\d+/gi, '')
