import { checkArguments, type DocumentOperation, objectOf } from '@reference-plugins/reader'
import type { FilledInput } from '../wire.ts'
import {
  type Claim,
  choiceClaims,
  formatClaims,
  namedClaims,
  numberClaims,
  patternClaims,
  quoteClaims,
} from './claims.ts'
import { fieldsOf } from './fields.ts'
import { blank, quotesIn } from './text-spans.ts'

/** More is not read: a request that states inputs is short. */
const longestText = 2_000

/**
 * The inputs of an operation whose value a text states beyond doubt, each with the part of the text that states it, and
 * the required inputs that are missing. If one part of the text could be the value of two inputs, neither gets it.
 */
export function fillInputs(operation: DocumentOperation, given: string): { filled: FilledInput[]; missing: string[] } {
  const text = given.slice(0, longestText)
  const fields = fieldsOf(operation)
  const named = namedClaims(fields, text).filter((claim) => fits(operation, claim))
  const rest = fields.filter(({ name }) => !named.some((claim) => claim.name === name))
  // What has been named is not a value of another input.
  const left = blank(
    text,
    named.flatMap(({ spans }) => spans),
  )
  const quoted = quotesIn(left)
  const bare = blank(
    left,
    quoted.map(({ from, to }) => [from - 1, to + 1]),
  )
  const clear = [
    ...formatClaims(rest, left),
    ...quoteClaims(rest, quoted),
    ...choiceClaims(rest, bare),
    ...numberClaims(rest, bare),
  ]
  const symbols = patternClaims(
    rest,
    blank(
      bare,
      clear.flatMap(({ spans }) => spans),
    ),
  )
  const stated = [...clear, ...symbols].filter((claim) => fits(operation, claim))
  const certain = stated.filter((claim) => !stated.some((other) => other !== claim && contradicts(claim, other)))
  const filled = [...named, ...certain].map(({ spans: _, ...input }) => input)
  const names = new Set(filled.map(({ name }) => name))
  return { filled, missing: fields.flatMap(({ name, isRequired }) => (isRequired && !names.has(name) ? [name] : [])) }
}

/** Whether the operation takes the value. What the check corrects stays as the text has it. */
const fits = (operation: DocumentOperation, { name, value }: Claim): boolean =>
  value !== undefined && faultsOf(operation, name, value).length === 0

/** What is wrong with the value of one input, in sentences. */
export function faultsOf(operation: DocumentOperation, name: string, value: unknown): string[] {
  const schema = objectOf(operation.input.properties)[name]
  const input = { type: 'object', properties: { [name]: schema }, additionalProperties: false }
  return checkArguments({ ...operation, input }, { [name]: value }).faults
}

const contradicts = (one: Claim, other: Claim): boolean =>
  one.name === other.name ||
  one.spans.some(([from, to]) => other.spans.some(([start, end]) => from < end && start < to))
