import { errorCode, FetchFailed, FetchRefused, guardedFetcher } from '@reference-plugins/guarded-fetch'
import { checkArguments, missingSignIn, RequestRefused } from '@reference-plugins/reader'
import type { PluginCallEvent } from '@reference-plugins/telemetry/events'
import { callChannel } from '../channels.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { whyUnreachable } from '../registration/reasons.ts'
import { toSentences } from '../sentences.ts'
import type { Credentials } from '../sign-in/credentials.ts'
import { NotActivated } from '../sign-in/not-activated.ts'
import { VaultError } from '../vault/vault.ts'
import { Breaker } from './breaker.ts'
import type { CallInput, Outcome, PreparedCall } from './call.ts'
import { callHttp } from './http-call.ts'
import { takesKey, withKey, withoutKey } from './idempotency-key.ts'
import { callMcp } from './mcp-call.ts'
import { isAnonymous, mayBeAnonymous, whyOtherSignIn } from './other-sign-in.ts'
import { QuestionRefused } from './question.ts'
import { performWithKey } from './repeat.ts'

/** ChatGPT's limit for one call, there and back, in milliseconds. */
const defaultLimit = 45_000
/** The most that is read of an answer before it is cut; a character may take four bytes. */
const mostBytes = 4 * 2 ** 20

export interface CallerOptions {
  credentials: Credentials
  /** Whether plugins on this machine may be called. */
  allowLoopback: boolean
  /** In milliseconds. */
  longestCall?: number
}

/** Calls operations for users. Every failure becomes a result that the model can act on. */
export class Caller {
  readonly #options: CallerOptions
  readonly #breaker = new Breaker()

  constructor(options: CallerOptions) {
    this.#options = options
  }

  call(input: CallInput): Promise<Outcome> {
    if (!callChannel.hasSubscribers) return this.#call(input, {})
    const { operation, plugin } = input
    const event: PluginCallEvent = {
      protocol: operation.target.kind === 'mcp' ? 'mcp' : 'http',
      operation: operation.name,
      url: new URL(plugin.document.server),
      meta: {},
    }
    return callChannel.tracePromise(async () => {
      const outcome = await this.#call(input, event.meta)
      event.state = outcome.state
      event.status = outcome.response?.status
      return outcome
    }, event)
  }

  async #call(input: CallInput, meta: Record<string, string>): Promise<Outcome> {
    const { user, plugin, operation } = input
    const { credentials, allowLoopback, longestCall = defaultLimit } = this.#options
    const start = performance.now()
    const refused = (result: string): Outcome => ({ state: 'refused', result, milliseconds: performance.now() - start })
    if (plugin.trouble !== undefined)
      return refused(toSentences([`Nothing was sent: ${plugin.document.title} cannot be called`, plugin.trouble]))
    const checked = checkArguments(operation, withoutKey(operation, input.arguments))
    if (checked.faults.length > 0)
      return refused(`Nothing was sent, because the arguments are not valid. ${toSentences(checked.faults)}`)
    const pause = this.#breaker.pause(user, plugin.id)
    if (pause > 0)
      return refused(
        `Nothing was sent: calls of ${plugin.document.title} are paused for ${pause} seconds because it failed. Tell the user, or try again after that.`,
      )
    const limit = AbortSignal.timeout(longestCall)
    const signal = AbortSignal.any([input.signal, limit])
    const [perform, redirects] =
      operation.target.kind === 'mcp' ? ([callMcp, 0] as const) : ([callHttp, 'returned'] as const)
    const fetch = guardedFetcher({
      allowLoopback,
      redirects,
      maximumBytes: mostBytes,
      timeout: longestCall,
      sendsTrace: true,
    })
    try {
      const call = { ...input, arguments: withKey(operation, checked.arguments, input.id), signal, fetch, meta }
      const send = (one: PreparedCall) =>
        takesKey(operation) ? performWithKey(() => perform(one), mayHaveArrived, signal) : perform(one)
      const authorization = await this.#authorization(input)
      const first = await send({ ...call, authorization })
      const { status, headers = {}, body = '' } = first.response ?? {}
      const isUnauthorized = status === 401
      // Some frameworks answer 403 where a key or a token is missing.
      const isMissing = status === 403 && missingSignIn(plugin.document.auth, operation) !== undefined
      const other = (isUnauthorized || isMissing) && whyOtherSignIn(plugin, operation, headers)
      if (other) first.result = `${toSentences([`Status ${status}: ${other}`])}\n${body}`.trim()
      const isRefused = isUnauthorized && !other && authorization !== undefined && plugin.document.auth.type === 'oauth'
      const last = isRefused
        ? await send({ ...call, authorization: await credentials.authorization(user, plugin, true) })
        : first
      const asked = await this.#askAgain(input, last, (confirmation) => send({ ...call, confirmation, authorization }))
      this.#breaker.note(user, plugin.id, last.response?.status ?? 200, last.response?.headers['retry-after'])
      return { ...(asked ?? last), milliseconds: performance.now() - start }
    } catch (error) {
      const milliseconds = performance.now() - start
      if (error instanceof NotActivated || error instanceof VaultError)
        return refused(toSentences([`Nothing was sent: ${error.message}`, 'Tell the user']))
      if (error instanceof RequestRefused) return refused(`Nothing was sent: ${error.message}`)
      if (error instanceof QuestionRefused)
        return refused(
          toSentences([
            `Nothing was done: ${plugin.document.title} wants to ask first, but ${error.message}`,
            'Tell the user',
          ]),
        )
      if (input.signal.aborted) {
        const result =
          'The user stopped the call. It is not known whether the plugin made the change: check before you repeat it.'
        return { state: 'failed', result, milliseconds }
      }
      this.#breaker.note(user, plugin.id, undefined, undefined)
      const { title, server } = plugin.document
      const reason = limit.aborted
        ? `did not answer within ${Math.round(longestCall / 1000)} seconds; it is not known whether it made the change`
        : whyFailed(error as Error, server)
      return { state: 'failed', result: toSentences([`${title} ${reason}`, 'Tell the user']), milliseconds }
    }
  }

  /** The question again if the plugin no longer accepts the confirmation of a call; undefined if it refuses the call itself. */
  async #askAgain(
    { confirmation }: CallInput,
    { response }: Outcome,
    send: (confirmation: undefined) => Promise<Outcome>,
  ): Promise<Outcome | undefined> {
    // A tool says it in words.
    const isForbidden = response?.status === 403 || (response?.status === 400 && /\(403\)\. /.test(response.body))
    if (confirmation === undefined || !isForbidden) return undefined
    const asked = await send(undefined)
    return asked.question && { ...asked, question: { ...asked.question, isExpired: true } }
  }

  /** @throws NotActivated */
  #authorization({ user, plugin, operation }: CallInput): Promise<string | undefined> {
    const { credentials } = this.#options
    if (isAnonymous(plugin, operation)) return credentials.authorization(user, withoutSignIn(plugin))
    return credentials.authorization(user, plugin).catch((error) => {
      if (!(error instanceof NotActivated)) throw error
      if (mayBeAnonymous(plugin, operation)) return credentials.authorization(user, withoutSignIn(plugin))
      const isMissing = missingSignIn(plugin.document.auth, operation) !== undefined
      const other = isMissing ? whyOtherSignIn(plugin, operation, {}) : undefined
      throw other === undefined ? error : new NotActivated(other)
    })
  }
}

/** The plugin as one that anyone may call. */
function withoutSignIn(plugin: RegisteredPlugin): RegisteredPlugin {
  const { document } = plugin
  return { ...plugin, document: { ...document, auth: { ...document.auth, type: 'none' } } }
}

/** Whether the plugin may have got a call that failed. */
const mayHaveArrived = (error: unknown): boolean =>
  ![RequestRefused, FetchRefused, QuestionRefused, NotActivated, VaultError].some((type) => error instanceof type)

function whyFailed(error: Error, server: string): string {
  if (error instanceof FetchRefused) return `did not give an answer that the host reads: ${error.message}`
  if (errorCode(error) === undefined)
    return `did not answer: ${error instanceof FetchFailed ? error.message : 'the connection broke'}`
  const { message, advice } = whyUnreachable(error, server)
  return `did not answer: ${message}. ${advice}`
}
