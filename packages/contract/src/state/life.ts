import { type CallValues, withValue } from '../calls/call-values.ts'
import type { CheckRun } from '../calls/check-run.ts'
import type { SpecOperation } from '../spec/spec.ts'
import { isFreeText } from '../values/texts.ts'
import type { Member, Thing, Words } from './making.ts'
import { wholeList } from './paging.ts'
import { isSearch, keyOf, pathNames, type Resource } from './resource.ts'

/** What the checks of one kind of thing share. */
export interface Life {
  run: CheckRun
  resource: Resource
  create: SpecOperation
  words: Words
  members: readonly Member[]
  /** The first one, and others that were created after it. */
  thing: Thing
  things: Thing[]
  /** Members that came back as they were sent, by the operation that showed them. */
  echoed: Set<string>
}

export const echoKey = ({ id }: Pick<SpecOperation, 'id'>, member: string): string => `${id} ${member}`

/** The name of the path parameter that says which thing is meant. */
export function keyIn({ resource, create }: Pick<Life, 'resource' | 'create'>): string | undefined {
  const { read, change, replace, remove } = resource
  const one = read ?? change ?? replace ?? remove
  return one && keyOf(one, create)
}

/** The call of a list that is to show a thing, which is searched for where that is needed. */
export function listValues(run: CheckRun, list: SpecOperation, thing: Thing): CallValues | undefined {
  const known = Object.fromEntries(
    pathNames(list).flatMap((name) => (Object.hasOwn(thing.path, name) ? [[name, thing.path[name]]] : [])),
  )
  let values = wholeList(run, list, known)
  for (const input of list.inputs)
    if (values && input.required && input.place === 'query' && isSearch(input.name) && isFreeText(input.schema))
      values = withValue(values, input, thing.canary)
  return values
}
