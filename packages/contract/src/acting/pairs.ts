import { asObject, type SpecOperation } from '../spec/spec.ts'
import { wordsOf } from './same-answer.ts'

/** The operation that takes an action back, and the one that says what that costs. */
export interface Undo {
  by: SpecOperation
  quote: SpecOperation | undefined
}

const making = /^(create|place|book|make|hold|reserve|buy|purchase|order|open|submit|schedule|start|post|new)$/
/** A refund may be shown elsewhere than what is refunded. */
const undoing = /^(cancel|void|undo|revert|revoke|withdraw|release|unbook)$/
export const accepting = /^(accept|confirm|execute|book|pay|purchase|buy|redeem|complete|commit|capture|approve|order)$/

const shape = (path: string): string => path.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '')
const isWriting = ({ method }: SpecOperation): boolean => ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)

/** What the spec says of it: `x-undo`, a link, or two names or paths that clearly belong together. */
export function undoOf(action: SpecOperation, operations: readonly SpecOperation[]): Undo | undefined {
  const named = (id: unknown) => operations.find((one) => one.id === id)
  const { by, quote } = asObject(action.node['x-undo'])
  const said = named(by)
  if (said) return { by: said, quote: named(quote) }
  const others = operations.filter((one) => one !== action && isWriting(one))
  const linked = action.links
    .map(({ operation }) => others.find(({ id }) => id === operation))
    .find((one) => one && undoing.test(wordsOf(one.id)[0] ?? ''))
  const [verb = '', ...nouns] = wordsOf(action.id)
  const alike = others.find(({ id }) => {
    const [other = '', ...rest] = wordsOf(id)
    return making.test(verb) && undoing.test(other) && nouns.length > 0 && rest.join() === nouns.join()
  })
  const below = others.find(({ path }) => {
    const own = `${shape(action.path)}/{}`
    return action.method === 'POST' && shape(path).startsWith(own) && undoing.test(shape(path).slice(own.length + 1))
  })
  const found = linked ?? alike ?? below
  return found && { by: found, quote: undefined }
}

/** The operation that accepts what another one offers. `noun` is what the offer is one of. */
export function acceptanceOf(
  offer: SpecOperation,
  operations: readonly SpecOperation[],
  noun: string,
): SpecOperation | undefined {
  const undo = operations.map((one) => undoOf(one, operations)).find((one) => one?.quote === offer)
  if (undo) return undo.by
  const quoted = operations.find(({ node }) => node['x-quote'] === offer.id)
  if (quoted) return quoted
  const others = operations.filter((one) => one !== offer && isWriting(one))
  const linked = offer.links
    .map(({ operation }) => others.find(({ id }) => id === operation))
    .find((one) => one && accepting.test(wordsOf(one.id)[0] ?? ''))
  const below = others.find(({ path }) => {
    const own = `${shape(offer.path)}/{}/`
    const last = path.split(/[/:]/).at(-1) ?? ''
    return shape(path).startsWith(own) && accepting.test(last)
  })
  const taking = others.find(({ fields }) =>
    fields.some(({ name, place }) => place !== 'path' && name.toLowerCase().replaceAll(/[^a-z]/g, '') === `${noun}id`),
  )
  return linked ?? below ?? taking
}
