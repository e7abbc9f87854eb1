import { keyPlaceOf, newKey, withKey, withNewKey } from '../../acting/key.ts'
import { newActions, otherActions, renew } from '../../acting/other-action.ts'
import { identityOf } from '../../acting/same-answer.ts'
import { type CallValues, valueAt, withValue } from '../../calls/call-values.ts'
import type { CheckRun } from '../../calls/check-run.ts'
import type { Exchange, RequestInput } from '../../calls/client.ts'
import { asks, tokenIn, unaskedOf } from '../../calls/confirming.ts'
import type { Credentials } from '../../calls/credentials.ts'
import { toRequest } from '../../calls/request.ts'
import type { Code } from '../../rules/rules.ts'
import type { Field, SpecOperation } from '../../spec/spec.ts'
import type { Words } from '../../state/making.ts'
import { isSame } from '../../state/things.ts'
import { formsOf, typeOf } from '../../values/forms.ts'
import { isTaken } from '../operations/refusals.ts'

interface Course {
  run: CheckRun
  operation: SpecOperation
  say: (code: Code, detail: string, exchange: Exchange) => void
}

/** Whether the spec says that a person confirms the call, in one of the ways in which this is said. */
export const asksFirst = (operation: SpecOperation): boolean =>
  asks(operation) || flagOf(operation) !== undefined || tokenInputOf(operation) !== undefined

/** A call that a person must confirm is refused without that, and a confirmation is for one call of one user. */
export async function checkConfirmation(
  run: CheckRun,
  operation: SpecOperation,
  { words, second }: { words: Words; second: Credentials },
): Promise<void> {
  if (run.mocks.has(operation.id)) return
  const say: Course['say'] = (code, detail, { curl }) =>
    run.report.add(code, operation.id, detail, { pointer: operation.pointer, curl })
  const course = { run, operation, say }
  await checkInputs(course, words)
  if (asks(operation)) await checkQuestion(course, words, second)
}

/** `confirm: true`, where the spec says that nothing is done otherwise. */
const flagOf = ({ fields }: SpecOperation): Field | undefined =>
  fields.find(
    ({ name, schema }) =>
      /^(x-)?(is_?)?(user_?)?confirm(ed|ation)?$/i.test(name) &&
      formsOf(schema).some((form) => typeOf(form) === 'boolean') &&
      /(must|has to) be (set to )?true|unless (it is |this is )?true|otherwise|safeguard/i.test(
        String(schema.description),
      ),
  )

/** A token that an earlier answer gives. A confirmation code may be anything, such as the number of a booking. */
const tokenInputOf = ({ fields }: SpecOperation): Field | undefined =>
  fields.find(({ name }) => /^(x-)?confirm(ation)?[-_]?token$/i.test(name))

/** An answer that only says what would be done. */
const isPreview = ({ text }: Exchange): boolean => /confirm|preview|dry.?run|would/i.test(text)

async function checkInputs({ run, operation, say }: Course, words: Words): Promise<void> {
  const [flag, token] = [flagOf(operation), tokenInputOf(operation)]
  const tries: [Field | undefined, value: unknown, detail: string][] = [
    [flag, false, `it acts with ${flag?.name}: false`],
    [flag, undefined, `it acts without ${flag?.name}`],
    [token, 'made-up-by-the-tester', `it accepts a ${token?.name} that was made up`],
    [token, undefined, `it acts without ${token?.name}`],
  ]
  for (const [field, value, detail] of tries) {
    const action = newActions(run, operation, words).at(-1)
    if (!field || !action || run.isOver()) continue
    const values = withValue(action.values, field, value)
    // What the schema forbids is a matter of its validation.
    if (value === 'made-up-by-the-tester' && !run.values.fits(field.schema, value)) continue
    const answer = await run.client.attempt({ ...toRequest(operation, values), isUnconfirmed: true })
    if (answer && isTaken(answer) && !isPreview(answer)) return say('confirmation-bypassed', detail, answer)
  }
}

/** The question by 428, and what its token confirms. */
async function checkQuestion(course: Course, words: Words, second: Credentials): Promise<void> {
  const { run, operation, say } = course
  const { client, report } = run
  const send = (values: CallValues, more: Partial<RequestInput> & { token?: string } = {}) => {
    const { headers, ...request } = toRequest(operation, withNewKey(run.values, operation, values))
    const { prefer: _, ...others } = headers ?? {}
    const { token, ...rest } = more
    const confirmed = token === undefined ? others : { ...others, confirmation: token }
    return client.attempt({ ...request, headers: confirmed, isUnconfirmed: true, ...rest })
  }
  const action = await askable(course, words)
  if (!action) return report.skip(operation.id, 'its confirmation', 'no call of it could be confirmed')
  const { values, token } = action
  // What must be sent may stand for a confirmation.
  const isBound = operation.fields.some(({ name, required }) => required && unaskedOf(operation).includes(name))
  const bare = isBound ? undefined : await send(values)
  if (bare && isTaken(bare)) return say('confirmation-bypassed', 'it acts though nobody was asked', bare)
  const changed = `${token.slice(0, token.length / 2)}${token[token.length >> 1] === 'A' ? 'B' : 'A'}${token.slice(token.length / 2 + 1)}`
  for (const [what, made] of [
    ['that was made up', 'made-up-by-the-tester'],
    ['with another letter', changed],
  ] as const) {
    const answer = await send(values, { token: made })
    if (answer && isTaken(answer)) return say('confirmation-bypassed', `it accepts a confirmation ${what}`, answer)
  }
  const others = otherActions(run, operation, { values }, words).map((one) => withoutUnasked(operation, one))
  for (const other of others.filter((one) => !isSame(one, values)).slice(0, 3)) {
    const answer = await send(other, { token })
    if (answer && isTaken(answer))
      return say('confirmation-reused', 'a confirmation is accepted for other input', answer)
  }
  if (!second.isEmpty && second.wayFor(operation.security)) {
    const answer = await send(values, { token, credentials: second })
    if (answer && isTaken(answer))
      return say('confirmation-reused', 'a confirmation of the first user is accepted from the second one', answer)
  }
  const done = await send(values, { token })
  if (!done || done.status >= 300)
    return report.skip(operation.id, 'a confirmation that is sent twice', `the first is answered with ${done?.status}`)
  const again = await send(values, { token })
  const [one, two] = [done, again].map((answer) => answer && identityOf(operation, answer))
  if (again && isTaken(again) && one !== undefined && two !== undefined && one !== two)
    say('confirmation-reused', `a confirmation that is sent twice acts twice: ${one}, and then ${two}`, again)
}

/** A call that the server asks about, with the token for the answer. Undefined where there is none. */
async function askable(
  { run, operation, say }: Course,
  words: Words,
): Promise<{ values: CallValues; token: string } | undefined> {
  for (const isRenewed of [false, true]) {
    if (isRenewed) await renew(run, operation)
    for (const { values: made } of newActions(run, operation, words)) {
      const values = withoutUnasked(operation, made)
      const place = keyPlaceOf(operation)
      const sent =
        place && valueAt(values, place) !== undefined ? withKey(values, place, newKey(run.values, place)) : values
      const asked = await run.client.attempt({ ...toRequest(operation, sent), isUnconfirmed: true })
      const token = asked && tokenIn(asked)
      if (token !== undefined) return { values, token }
      if (asked && isTaken(asked)) {
        say('confirmation-bypassed', 'it acts though the client wants to be asked: Prefer: confirmation', asked)
        return undefined
      }
    }
  }
  return undefined
}

/** Without the inputs that may stand for a confirmation. */
function withoutUnasked(operation: SpecOperation, values: CallValues): CallValues {
  const names = unaskedOf(operation)
  const fields = operation.fields.filter(({ name, required }) => names.includes(name) && !required)
  return fields.reduce((left, field) => withValue(left, field, undefined), values)
}
