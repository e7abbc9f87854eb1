import type { Reading } from '@reference-plugins/store'
import type { Logger } from 'pino'
import { type Answer, type Call, type Confirming, withMore } from '../call.ts'
import { fail } from '../operation.ts'
import type { Plugin, PluginOperation } from '../plugin.ts'
import { Problem } from '../problem.ts'
import type { Actions } from './actions.ts'
import { answerOrTask } from './answer-or-task.ts'
import { canonicalJson, hashOf } from './canonical-json.ts'
import { askAgain, type Confirmation, ConfirmationRequired, type ConfirmedCall } from './confirmation.ts'
import { readKey } from './idempotency-key.ts'
import { type Interrupted, type KeyedCall, StillRunning } from './kept-answers.ts'
import { taskAnswer } from './task-document.ts'

type Input = Record<string, unknown>

/** The most calls of one caller that may run at once and outlive their connections: of a user, or of all users of a service. */
const mostCalls = { user: 20, service: 1000, anyone: 1000 }

/** How long a try without a caller may take, in milliseconds. */
const longestTry = 45_000

/**
 * Runs an operation that acts once: repeats get the first answer, a person confirms it where the operation says so, and what
 * was confirmed is what is done.
 * @param handle runs the handler with what it is given, and checks its output
 */
export async function act(...call: Parameters<typeof actOnce>): Promise<Answer> {
  try {
    return await actOnce(...call)
  } catch (error) {
    const [plugin, operation, , { caller }] = call
    if (!(error instanceof StillRunning) || !plugin.actions || operation.taskAfter === undefined) throw error
    return taskAnswer(
      await plugin.actions.tasks.begin({ owner: caller?.id ?? '', operation: operation.id, key: error.key }),
    )
  }
}

async function actOnce(
  plugin: Plugin,
  operation: PluginOperation,
  { idempotency_key, ...input }: Input,
  call: Call,
  handle: (input: Input, given: object) => Promise<Answer>,
): Promise<Answer> {
  const actions = plugin.actions as Actions
  const isLong = operation.taskAfter !== undefined
  const asked = { owner: call.caller?.id ?? '', operation: operation.id, inputHash: hashOf(input) }
  const toKeyed = (keys: string[]): KeyedCall => ({
    ...asked,
    keys: keys as [string, ...string[]],
    input: canonicalJson({ input, caller: call.caller }),
    ...(isLong && { most: mostCalls[plugin.auth.audience] }),
  })
  const key = readKey(call.idempotencyKey, idempotency_key as string | undefined)
  const kept = key === undefined ? undefined : await actions.find(toKeyed([key]))
  if (kept) return kept

  // What was begun has been confirmed, and may be done in part: it goes on, whatever has changed by then.
  const isBegun = async () => key !== undefined && (await actions.isBegun(toKeyed([key])))
  const confirmed = operation.confirm && (await confirm(actions, operation, asked, input, call, isBegun))
  const keys = [key, confirmed?.key].filter((one) => one !== undefined)
  const keyed = toKeyed(keys.length > 0 ? keys : [crypto.randomUUID()])
  if (isLong) return answerOrTask(actions, operation, keyed, call, (attempt) => handle(input, attempt))
  if (operation.once === 'resume') return actions.resume(keyed, (attempt) => handle(input, attempt))
  return actions.inTransaction(keyed, async (transaction) => {
    if (confirmed) await checkUnchanged(actions, operation, asked, input, call, transaction, confirmed.bound)
    return handle(input, { transaction })
  })
}

/** Goes on with an action whose process ended in the middle. What `handle` throws is kept or logged. */
export async function goOn(
  plugin: Plugin,
  { operation: id, key, input_hash, input: kept }: Interrupted,
  log: Logger,
  handle: (operation: PluginOperation, input: Input, given: Call) => Promise<Answer>,
): Promise<void> {
  const operation = plugin.operations.find((one) => one.id === id)
  if (operation?.once !== 'resume') return
  const { input, caller } = JSON.parse(kept)
  const keyed: KeyedCall = { owner: caller?.id ?? '', operation: id, keys: [key], inputHash: input_hash, input: kept }
  const call: Call = { caller, fail, log, signal: AbortSignal.timeout(longestTry), progress: () => {} }
  await plugin.actions
    ?.resume(keyed, (attempt) => {
      const { longCalls } = plugin.actions as Actions
      if (operation.taskAfter === undefined) return handle(operation, input, withMore(call, attempt))
      const name = { ...keyed, key: attempt.key }
      return longCalls.run(name, (life) => handle(operation, input, withMore(call, { ...attempt, ...life })))
    })
    .catch((error) => {
      if (!(error instanceof Problem && error.status < 500))
        log.warn({ err: error, operation: id }, 'an interrupted action failed again')
    })
}

/** What a person, or the input, has confirmed. */
interface Confirmed {
  /** The idempotency key of this confirmation. */
  key?: string
  /** The hash of what must not change. */
  bound: string
}

/** @throws ConfirmationRequired; Problem 403, 409 */
async function confirm(
  actions: Actions,
  operation: PluginOperation,
  asked: ConfirmedCall,
  input: Input,
  call: Call,
  isBegun: () => Promise<boolean>,
): Promise<Confirmed | undefined> {
  const { canAsk, token, isDeclined }: Confirming = call.confirming ?? { canAsk: false }
  if (isDeclined) throw new Problem(403, 'The user did not confirm the call: nothing was done')
  const tokens = await actions.tokens()
  if (token !== undefined) {
    const confirmed = await tokens.open(token, asked)
    // A call that was begun under this confirmation is not checked again either.
    const isBegunSo = async () => (await isBegun()) || actions.isBegun({ ...asked, keys: [confirmed.key], input: '' })
    await unlessBegun(isBegunSo, async () => {
      if (confirmed.isExpired) throw askAgain()
      await checkUnchanged(actions, operation, asked, input, call, actions.database, confirmed.bound)
    })
    return confirmed
  }
  return unlessBegun(isBegun, async () => {
    const facts = await ask(operation, input, call, actions.database)
    if (canAsk) throw new ConfirmationRequired(428, await tokens.seal(asked, facts))
    checkInput(operation, input, facts)
    return { bound: hashOf(facts.bound) }
  })
}

/** Checks a call, unless it was begun: before, or by a repeat of it while it was checked, whose effects must not refuse it. */
async function unlessBegun<Result>(
  isBegun: () => Promise<boolean>,
  check: () => Promise<Result>,
): Promise<Result | undefined> {
  if (await isBegun()) return undefined
  try {
    return await check()
  } catch (error) {
    if (await isBegun()) return undefined
    throw error
  }
}

function ask({ confirm }: PluginOperation, input: Input, call: Call, reading: Reading): Promise<Confirmation> {
  return Promise.resolve(confirm?.(input as never, withMore(call, { reading }) as never) as Confirmation)
}

/** @throws ConfirmationRequired with a new question if something that was bound has changed */
async function checkUnchanged(
  actions: Actions,
  operation: PluginOperation,
  asked: ConfirmedCall,
  input: Input,
  call: Call,
  reading: Reading,
  bound: string,
): Promise<void> {
  const facts = await ask(operation, input, call, reading)
  if (hashOf(facts.bound) === bound) return
  if (call.confirming?.canAsk || call.confirming?.token !== undefined)
    throw new ConfirmationRequired(409, await (await actions.tokens()).seal(asked, facts))
  checkInput(operation, input, facts)
}

/** Where nobody can be asked, the input must say what a person would have seen. @throws Problem 403, 409 */
function checkInput({ id, unasked }: PluginOperation, input: Input, { question, bound }: Confirmation): void {
  if (unasked === 'refuse')
    throw new Problem(
      403,
      `A person must confirm ${id}, and this client cannot ask. ${question} Use a client that can ask`,
    )
  const wrong = unasked.filter((name) => input[name] !== bound[name])
  if (wrong.length === 0) return
  const now = wrong.map((name) => `${name} is ${bound[name]}`).join(', ')
  throw new Problem(409, `Nothing was done: ${now} now. Ask the user: ${question} Then call again`)
}
