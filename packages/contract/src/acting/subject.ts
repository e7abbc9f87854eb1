import { type CallValues, withValue } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import type { Exchange } from '../calls/client.ts'
import { ordinaryValues } from '../calls/ordinary.ts'
import { resourceBefore, resourceOf } from '../calls/pool.ts'
import type { SpecOperation } from '../spec/spec.ts'
import { pathNames } from '../state/resource.ts'
import { identityOf } from './same-answer.ts'

/** What an action has made, as other operations name it. */
export interface Subject {
  id: string
  /** What it is one of, such as `order`. */
  noun: string
}

export const nounOf = (path: string): string =>
  resourceOf(path)
    .toLowerCase()
    .replaceAll(/[_-]/g, '')
    .replace(/ies$/, 'y')
    .replace(/(ss|us)$|s$/, '$1')

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '')

/** The call of an operation on what was made. Undefined where nothing in it names that. */
export function valuesOn(
  run: CheckRun,
  operation: SpecOperation,
  { id, noun }: Subject,
  { isOnly = false }: { isOnly?: boolean } = {},
): CallValues | undefined {
  const made = ordinaryValues(run, operation, { all: false, fresh: true })
  if (!made) return undefined
  const names = pathNames(operation)
  const fields = operation.fields.filter(({ name, place }) => {
    if (place === 'header' || place === 'cookie') return false
    const isNamed = [noun, `${noun}id`].includes(plain(name))
    return place === 'path'
      ? isNamed || nounOf(resourceBefore(operation.path, name)) === noun || (isOnly && names.length === 1)
      : isNamed
  })
  const [field] = fields.toSorted((a, b) => Number(b.place === 'path') - Number(a.place === 'path'))
  return field && withValue(made, field, id)
}

/** An operation that shows what was made, with its answer. */
export async function findReader(
  run: CheckRun,
  { id, noun }: Subject,
): Promise<{ read: () => Promise<Exchange | undefined> } | undefined> {
  const readers = run.operations
    .filter((one) => one.method === 'GET' && one.path.endsWith('}') && pathNames(one).length === 1)
    .toSorted((a, b) => Number(nounOf(b.path) === noun) - Number(nounOf(a.path) === noun))
  for (const reader of readers.slice(0, 4)) {
    const made = ordinaryValues(run, reader, { all: false })
    const [name = ''] = pathNames(reader)
    const values = made && withValue(made, { place: 'path', name }, id)
    const answer = values && (await call(run, reader, values))
    if (answer && answer.status < 300 && identityOf(reader, answer) === id)
      return { read: () => call(run, reader, values) }
  }
  return undefined
}
