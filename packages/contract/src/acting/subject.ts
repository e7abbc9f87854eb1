import { type CallValues, withValue } from '../calls/call-values.ts'
import { type CheckRun, call } from '../calls/check-run.ts'
import type { Exchange } from '../calls/client.ts'
import { ordinaryValues, withAgreed } from '../calls/ordinary.ts'
import { resourceBefore, resourceOf } from '../calls/pool.ts'
import { asObject, type SpecOperation } from '../spec/spec.ts'
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

/** What an answer is about: the thing itself first, then those that it names, such as `order: { id }` and `order_id`. */
export function subjectsOf(operation: SpecOperation, answer: Exchange): Subject[] {
  const own = identityOf(operation, answer)
  const named = Object.entries(asObject(answer.json)).flatMap(([name, value]): Subject[] => {
    const { id } = asObject(value)
    if (typeof id === 'string' || typeof id === 'number') return [{ id: String(id), noun: nounOf(name) }]
    const [, noun] = /^(\w+?)_?id$/i.exec(name) ?? []
    return noun !== undefined && typeof value === 'string' ? [{ id: value, noun: nounOf(noun) }] : []
  })
  return [...(own === undefined ? [] : [{ id: own, noun: nounOf(operation.path) }]), ...named]
}

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
  return field && withAgreed(run, operation, withValue(made, field, id))
}

/** An operation that shows what was made, and what it is one of there. */
export async function findReader(
  run: CheckRun,
  { id, noun }: Subject,
): Promise<{ subject: Subject; read: () => Promise<Exchange | undefined> } | undefined> {
  const readers = run.operations
    .filter((one) => one.method === 'GET' && one.path.endsWith('}') && pathNames(one).length === 1)
    .toSorted((a, b) => Number(nounOf(b.path) === noun) - Number(nounOf(a.path) === noun))
  for (const reader of readers.slice(0, 4)) {
    const made = ordinaryValues(run, reader, { all: false })
    const [name = ''] = pathNames(reader)
    const values = made && withValue(made, { place: 'path', name }, id)
    const answer = values && (await call(run, reader, values))
    if (answer && answer.status < 300 && identityOf(reader, answer) === id)
      return { subject: { id, noun: nounOf(reader.path) }, read: () => call(run, reader, values) }
  }
  return undefined
}
