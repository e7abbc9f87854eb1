import { withValue } from '../../calls/call-values.ts'
import { type CheckRun, call } from '../../calls/check-run.ts'
import type { Exchange } from '../../calls/client.ts'
import { ordinaryValues } from '../../calls/ordinary.ts'
import { resourceOf } from '../../calls/pool.ts'
import { asObject, type SpecOperation } from '../../spec/spec.ts'
import { pagingOf, wholeList } from '../../state/paging.ts'
import { pathNames, type Resource } from '../../state/resource.ts'
import { itemsOf, totalOf } from '../../state/things.ts'

interface Count {
  operation: SpecOperation
  name: string
  value: number
  exchange: Exchange
}

/** The counts of a kind of thing, which must move when one is created or deleted. */
export interface Counts {
  /** Reads them again, and reports those that did not move by so many. */
  judge: (cause: SpecOperation, moved: number) => Promise<void>
}

export async function readCounts(run: CheckRun, resource: Resource): Promise<Counts> {
  const before = await countAll(run, resource)
  return {
    async judge(cause, moved) {
      if (before.length === 0) return
      const after = await countAll(run, resource)
      const verb = moved > 0 ? 'creates' : 'deletes'
      for (const { operation, name, value } of before) {
        const now = after.find((one) => one.operation === operation && one.name === name)
        if (now && now.value !== value + moved)
          run.report.addTo(
            operation,
            'total-wrong',
            `${name} is ${value}, and ${now.value} after ${cause.id} ${verb} ${Math.abs(moved)}`,
            now.exchange.curl,
            `${name}: ${value + moved}`,
          )
      }
    },
  }
}

async function countAll(run: CheckRun, resource: Resource): Promise<Count[]> {
  const counts: Count[] = []
  const { create, lists } = resource
  const known = create ? pathNames(create) : []
  for (const list of lists) {
    // With parents in the path nobody knows yet where the thing will be.
    if (pathNames(list).length > 0 || list.inputs.some(({ required }) => required)) continue
    const values = wholeList(run, list, {})
    const { limit } = pagingOf(list)
    const least = values && limit && run.values.fits(limit.schema, 1) ? withValue(values, limit, 1) : values
    const exchange = least && (await call(run, list, least))
    const total = exchange && exchange.status < 300 ? totalOf(exchange) : undefined
    if (exchange && total) counts.push({ operation: list, ...total, exchange })
  }
  const word = resourceOf(resource.path).toLowerCase()
  for (const operation of run.operations) {
    const isCount = operation.method === 'GET' && /count|stat|summary|total|overview|metrics|info/i.test(operation.path)
    if (!isCount || lists.includes(operation) || pathNames(operation).some((name) => !known.includes(name))) continue
    if (pathNames(operation).length > 0) continue
    const values = ordinaryValues(run, operation, { all: false })
    const exchange = values && (await call(run, operation, values))
    if (!exchange || exchange.status >= 300 || itemsOf(exchange.json)) continue
    const isOfThis = operation.path.toLowerCase().includes(word)
    for (const [name, value] of Object.entries(asObject(exchange.json))) {
      const plain = name.toLowerCase().replaceAll(/[_-]/g, '')
      const isTotal = isOfThis && /^(total|count|totalcount|all)$/.test(plain)
      const isNamed = [word, `${word}count`, `total${word}`, `num${word}`, `${word}total`].includes(plain)
      if (Number.isInteger(value) && (isTotal || isNamed))
        counts.push({ operation, name, value: value as number, exchange })
    }
  }
  return counts
}
