import { randomUUID } from 'node:crypto'
import { isKeyInput } from '../../acting/key.ts'
import { difference } from '../../acting/same-answer.ts'
import type { Report } from '../../rules/finding.ts'
import type { Code, Severity } from '../../rules/rules.ts'
import { asArray, asObject, type Schema } from '../../spec/spec.ts'
import { idOf, idText, isSame } from '../../state/things.ts'
import type { FlatAction, FlatActions } from '../acting/flat-action.ts'
import type { Tool } from './mcp-tools.ts'

/** Sends one message of protocol 2026-07-28. Undefined where there is no answer. */
export type Send = (params: Schema, user?: 'second') => Promise<Schema | undefined>

interface Course {
  tool: Tool
  action: FlatAction
  send: Send
  hasSecond: boolean
  say: (code: Code, detail: string, severity?: Severity) => void
}

const version = '2026-07-28'
const yes = { confirm: { action: 'accept', content: { confirm: true } } }

/**
 * Tools that act: a key is for one call, and a confirmation too. Only those whose operation has been called by HTTP, so that
 * the server is one to which may be written.
 */
export async function checkActingTools(
  tools: readonly Tool[],
  { send, actions, hasSecond }: { send: Send; actions: FlatActions; hasSecond: boolean },
  report: Report,
): Promise<void> {
  for (const tool of tools) {
    const isActing = keyOf(tool, 'k') !== undefined || isConfirmed(tool)
    if (!isActing || asObject(tool.annotations).readOnlyHint === true) continue
    for (const action of (await actions(tool.name)) ?? []) {
      const say: Course['say'] = (code, detail, severity) =>
        report.add(code, tool.name, `by MCP, ${detail}`, { severity })
      const course = { tool, action, send, hasSecond, say }
      if (await checkTool(course)) break
    }
  }
}

const isConfirmed = ({ _meta }: Tool): boolean => asObject(_meta).confirmation === true

/** @returns whether the action was accepted, so that others need not be tried */
async function checkTool(course: Course): Promise<boolean> {
  const { tool, action, say } = course
  if (isConfirmed(tool)) {
    const bare = await call(course, { input: action.input, asks: false })
    if (isDone(bare) && !isBound(tool)) {
      say('confirmation-bypassed', 'it acts though the client cannot ask anyone')
      return true
    }
    await checkConfirmation(course)
  }
  const key = randomUUID()
  const first = await confirmed(course, { ...action.input, ...keyOf(tool, key) })
  if (!isDone(first)) return false
  if (keyOf(tool, key) === undefined) return true
  const again = await confirmed(course, { ...action.input, ...keyOf(tool, key) })
  const [one, two] = [first, again].map(contentOf)
  const [id, other] = [one, two].map((content) => idOf(content, undefined, ''))
  if (id !== undefined && other !== undefined && idText(id) !== idText(other)) {
    say('key-acts-twice', `the same call with the same key acts twice: ${idText(id)}, and then ${idText(other)}`)
    return true
  }
  const place = difference(one, two)
  if (!isDone(again)) say('key-not-replayed', 'the same call with the same key is refused')
  else if (place !== undefined)
    say('key-other-answer', `${place} differs when the call is repeated`, id === undefined ? undefined : 'note')
  for (const input of action.others.slice(0, 3)) {
    if (!isDone(await confirmed(course, { ...input, ...keyOf(tool, randomUUID()) }))) continue
    if (isDone(await confirmed(course, { ...input, ...keyOf(tool, key) })))
      say('key-other-input', 'a key with other input is accepted')
    break
  }
  return true
}

/** Whether an input that must be sent may stand for a confirmation. */
const isBound = ({ _meta, inputSchema }: Tool): boolean =>
  asArray(asObject(_meta).unasked).some((name) => asArray(inputSchema.required).includes(name))

/** The arguments that carry a key: `idempotency_key`, or `meta["idempotency-key"]` as ACP and UCP have it. */
function keyOf({ inputSchema }: Tool, key: string): Schema | undefined {
  const named = (schema: unknown) =>
    Object.entries(asObject(asObject(schema).properties)).find(([name, one]) =>
      isKeyInput({ name, schema: asObject(one) }),
    )?.[0]
  const own = named(inputSchema)
  if (own !== undefined) return { [own]: key }
  const inner = named(asObject(inputSchema.properties).meta)
  return inner === undefined ? undefined : { meta: { [inner]: key } }
}

/** The question to the person, and what its state confirms. */
async function checkConfirmation(course: Course): Promise<void> {
  const { tool, action, hasSecond, say } = course
  const ask = async () => stateOf(await call(course, { input: action.input, asks: true }))
  const state = await ask()
  if (state === undefined) return
  const middle = state.length >> 1
  const changed = `${state.slice(0, middle)}${state[middle] === 'A' ? 'B' : 'A'}${state.slice(middle + 1)}`
  for (const made of ['made-up-by-the-tester', changed])
    if (isDone(await call(course, { input: action.input, asks: true, state: made })))
      return say('confirmation-bypassed', 'it accepts a requestState that it did not give')
  const others = action.others.filter((one) => !isSame(one, action.input)).slice(0, 3)
  for (const input of others)
    if (isDone(await call(course, { input, asks: true, state })))
      return say('confirmation-reused', 'a confirmation is accepted for other input')
  if (hasSecond && isDone(await call(course, { input: action.input, asks: true, state, user: 'second' })))
    return say('confirmation-reused', 'a confirmation of the first user is accepted from the second one')
  const done = await call(course, { input: action.input, asks: true, state })
  const again = isDone(done) ? await call(course, { input: action.input, asks: true, state }) : undefined
  const [one, two] = [done, again].map((result) => idOf(contentOf(result), undefined, ''))
  if (isDone(again) && one !== undefined && two !== undefined && idText(one) !== idText(two))
    say('confirmation-reused', `${tool.name} acts twice for one confirmation: ${idText(one)}, and then ${idText(two)}`)
}

/** Calls a tool, and says yes where it asks. */
async function confirmed(course: Course, input: Schema): Promise<Schema | undefined> {
  const result = await call(course, { input, asks: true })
  const state = stateOf(result)
  return state === undefined ? result : call(course, { input, asks: true, state })
}

interface ToolCall {
  input: Schema
  /** Whether the client can ask a person. */
  asks: boolean
  /** With it the person has said yes. */
  state?: string
  user?: 'second'
}

async function call({ tool, send }: Course, { input, asks, state, user }: ToolCall): Promise<Schema | undefined> {
  const params = {
    name: tool.name,
    arguments: input,
    ...(state !== undefined && { requestState: state, inputResponses: yes }),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientInfo': { name: 'contract-tester', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': asks ? { elicitation: {} } : {},
    },
  }
  return send(params, user)
}

const stateOf = (result: Schema | undefined): string | undefined => {
  const { requestState, inputRequests } = asObject(result)
  return typeof requestState === 'string' && Object.keys(asObject(inputRequests)).includes('confirm')
    ? requestState
    : undefined
}

const isDone = (result: Schema | undefined): result is Schema =>
  result !== undefined && result.isError !== true && result.inputRequests === undefined && result.content !== undefined

const contentOf = (result: Schema | undefined): unknown => result?.structuredContent ?? result?.content
