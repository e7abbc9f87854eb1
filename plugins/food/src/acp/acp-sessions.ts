import { type Actions, type Caller, canonicalJson, hashOf } from '@reference-plugins/core'
import type { Transaction } from '@reference-plugins/store'
import { refusalOf } from '../checkout/completion.ts'
import type { Session } from '../checkout/vocabulary.ts'
import { NoAnswer, type Payment } from '../payments/payment-service.ts'
import type { Shop } from '../shop.ts'
import { AcpError, inAcp } from './acp-error.ts'
import { readItems } from './item-id.ts'
import { answerOf, type LastAnswer, noteAnswer, readLastAnswer } from './last-answer.ts'
import { readPayment } from './payment-data.ts'
import { errorReply, type Reply, readReply, sessionReply, toAnswer } from './reply.ts'
import { CancelRequest, CompleteRequest, CreateRequest, readRequest, UpdateRequest } from './requests.ts'
import { toChange, toFinalChange } from './to-change.ts'
import { inAcpWords } from './words.ts'

/** A request that must not act twice. Its key is for one path of one caller. */
export interface AcpRequest {
  caller: Caller
  path: string
  key: string
  body: Record<string, unknown>
}

/** A reply, and whether it was given before. */
export type GivenReply = Reply & { isReplayed: boolean }

/** The calls of ACP, over the same shop as the operations. Keys, effects and answers are kept as those of operations are. */
export class AcpSessions {
  readonly #shop: Shop
  readonly #actions: () => Actions

  constructor(shop: Shop, actions: () => Actions) {
    this.#shop = shop
    this.#actions = actions
  }

  create(request: AcpRequest): Promise<GivenReply> {
    const { line_items, currency, buyer, ...more } = readRequest(CreateRequest, request.body)
    const { stores, checkouts, now } = this.#shop
    const { store: id, items } = readItems(stores, line_items, now())
    const store = stores.get(id)
    if (currency.toLowerCase() !== store.currency)
      throw new AcpError(400, 'unsupported', `${store.name} sells in ${store.currency} only`, '$.currency')
    const change = toChange(store, { buyer, ...more })
    return this.#once(
      request,
      (transaction) => checkouts.create(transaction, id, { ...change, items }, buyer?.customer_id),
      201,
    )
  }

  async update(request: AcpRequest, id: string): Promise<GivenReply> {
    const { line_items, ...changes } = readRequest(UpdateRequest, request.body)
    const { database, stores, checkouts, now } = this.#shop
    const { metadata } = await inAcp(() => checkouts.read(database, id))
    const items = line_items && readItems(stores, line_items, now(), metadata.store).items
    const change = toChange(stores.get(metadata.store), changes)
    return this.#once(request, (transaction) => checkouts.update(transaction, id, { ...change, items }))
  }

  async read(id: string): Promise<Reply> {
    const { database, checkouts } = this.#shop
    const session = await inAcp(() => checkouts.read(database, id))
    const last = await readLastAnswer(database, id)
    if (!isSame(last, answerOf(session))) await database.transaction((transaction) => noteAnswer(transaction, session))
    return sessionReply(session)
  }

  cancel(request: AcpRequest, id: string): Promise<GivenReply> {
    readRequest(CancelRequest, request.body)
    const { checkouts } = this.#shop
    return this.#once(request, async (transaction) => {
      const { status } = await checkouts.read(transaction, id)
      if (status === 'completed' || status === 'canceled' || status === 'complete_in_progress')
        throw new AcpError(405, 'not_cancelable', `The session is ${status}: it cannot be canceled`)
      return checkouts.cancel(transaction, id)
    })
  }

  /** If the process ends in the middle, core goes on with it as with the operation completeCheckout. */
  async complete(request: AcpRequest, id: string): Promise<GivenReply> {
    const { payment_data, ...last } = readRequest(CompleteRequest, request.body)
    const payment = readPayment(payment_data)
    const { caller, path, key, body } = request
    const actions = this.#actions()
    const call = {
      owner: caller.id,
      operation: 'completeCheckout',
      keys: [`acp-${hashOf([path, key])}`] as const,
      inputHash: hashOf(body),
      input: '',
    }
    const kept = await actions.find(call)
    if (kept) return this.#given(kept, id)
    const agreement = await this.#agreement(id, last, await actions.isBegun(call))
    const input = canonicalJson({ input: { id, ...agreement, payment }, caller })
    const answer = await actions.resume({ ...call, input }, async (attempt) =>
      toAnswer(await this.#order(id, { ...agreement, payment }, attempt.key)),
    )
    return this.#given(answer, id)
  }

  /** What the user has agreed to: what the agent was answered last, with what the final buyer adds to it. */
  #agreement(id: string, last: Parameters<typeof toFinalChange>[1], isBegun: boolean): Promise<LastAnswer> {
    const { database, checkouts } = this.#shop
    return database.transaction((transaction) =>
      inAcp(async () => {
        const session = await checkouts.read(transaction, id)
        const shown = await readLastAnswer(transaction, id)
        if (isBegun && shown) return shown
        if (!shown || !isSame(shown, answerOf(session)))
          throw new AcpError(
            409,
            'conflict',
            'Nothing was ordered: the session has changed since it was answered last. Read it with GET, show it to the user, then complete it',
          )
        const change = toFinalChange(session, last)
        if (!change || !isOpen(session)) return shown
        const changed = await checkouts.update(transaction, id, change)
        await noteAnswer(transaction, changed)
        return answerOf(changed)
      }),
    )
  }

  async #order(id: string, agreement: LastAnswer & { payment: Payment }, key: string): Promise<Reply> {
    try {
      const session = await inAcp(() => this.#shop.completion.complete(id, agreement, key))
      if (session.status === 'completed') return sessionReply(session)
      const fault = session.messages.find(({ type }) => type === 'error')
      const reason = inAcpWords(refusalOf(session.messages))
      return errorReply(new AcpError(400, fault?.code ?? 'invalid', reason, fault?.param))
    } catch (error) {
      if (error instanceof AcpError) return errorReply(error)
      if (!(error instanceof NoAnswer)) throw error
      throw new AcpError(
        503,
        'service_unavailable',
        'The payment service does not answer. It is tried again: send the same request again',
        undefined,
        { 'retry-after': '5' },
      )
    }
  }

  /** Key, effect and answer are written together, or none of them. A refusal is an answer too. */
  async #once(
    { caller, path, key, body }: AcpRequest,
    work: (transaction: Transaction) => Promise<Session>,
    status = 200,
  ): Promise<GivenReply> {
    const call = {
      owner: caller.id,
      operation: `acp ${path}`,
      keys: [key] as const,
      inputHash: hashOf(body),
      input: '',
    }
    const answer = await this.#actions().inTransaction(call, async (transaction) => {
      try {
        const session = await inAcp(() => work(transaction))
        await noteAnswer(transaction, session)
        return toAnswer(sessionReply(session, status))
      } catch (error) {
        // The shop refuses before it writes anything.
        if (error instanceof AcpError) return toAnswer(errorReply(error))
        throw error
      }
    })
    return { ...(readReply(answer.data) as Reply), isReplayed: answer.isReplayed ?? false }
  }

  async #given(answer: { data: Record<string, unknown>; isReplayed?: boolean }, id: string): Promise<GivenReply> {
    const reply = readReply(answer.data) ?? (await this.read(id))
    return { ...reply, isReplayed: answer.isReplayed ?? false }
  }
}

const isSame = (one: LastAnswer | undefined, other: LastAnswer): boolean =>
  one?.version === other.version && one.total === other.total

const isOpen = ({ status }: Session): boolean =>
  status === 'incomplete' || status === 'requires_escalation' || status === 'ready_for_payment'
