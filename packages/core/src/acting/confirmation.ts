import { createRequestStateCodec } from '@modelcontextprotocol/server'
import { Problem } from '../problem.ts'
import { hashOf } from './canonical-json.ts'

type Scalar = string | number | boolean | null

/** What a person sees before a call is made, computed from current data and not from what a model says. */
export interface Confirmation {
  /** Says in words and figures what the call will do: `Pay 184.20 EUR for the flight from Zurich to Oslo?` */
  question: string
  /** More about it, in the order in which a person reads it. */
  facts?: readonly { label: string; value: string }[]
  /**
   * What must be the same when the call is made, such as price, currency and version. If one of them has changed, nothing
   * is done, and the person is asked again.
   */
  bound: Readonly<Record<string, Scalar>>
}

/** A question with the token for the answer. `token` is for the program that asks the person, never for a model. */
export interface Question extends Pick<Confirmation, 'question' | 'facts'> {
  token: string
  /** In seconds. */
  expiresIn: number
}

/** A person must confirm the call: 428, or 409 if what the person confirmed has changed since. */
export class ConfirmationRequired extends Problem {
  readonly confirmation: Question

  constructor(status: 409 | 428, confirmation: Question) {
    const why =
      status === 409
        ? 'Nothing was done, because it has changed since the user confirmed it. Ask again'
        : 'The user must confirm this call'
    super(status, `${why}: ${confirmation.question}`, { members: { confirmation } })
    this.confirmation = confirmation
  }
}

/** Who asks for what: a token for one call is refused for any other. */
export interface ConfirmedCall {
  owner: string
  operation: string
  /** Of the checked input. */
  inputHash: string
}

interface Sealed {
  call: string
  bound: string
  nonce: string
  /** When it expires, in milliseconds. */
  until: number
}

/** How long a person may take to answer, in seconds. */
const lifetime = 600

/**
 * Seals what a person is asked into a token, and opens it when the person has said yes. Nothing is kept, so every instance
 * with the same secret opens it.
 */
export class ConfirmationTokens {
  readonly #codec

  /**
   * @param secret at least 32 characters
   * @param openable how long a token can be opened, in seconds: an expired one still leads to the answer of its call
   */
  constructor(secret: string, openable: number) {
    this.#codec = createRequestStateCodec<Sealed>({ key: secret, ttlSeconds: openable })
  }

  async seal(call: ConfirmedCall, { question, facts, bound }: Confirmation): Promise<Question> {
    const sealed = {
      call: hashOf(call),
      bound: hashOf(bound),
      nonce: crypto.randomUUID(),
      until: Date.now() + lifetime * 1000,
    }
    return { question, ...(facts && { facts }), token: await this.#codec.mint(sealed), expiresIn: lifetime }
  }

  /**
   * Opens a token of exactly this call.
   * @returns an idempotency key, so that the call is made once however often the token is sent, and the hash of what was bound
   * @throws Problem 403
   */
  async open(token: string, call: ConfirmedCall): Promise<{ key: string; bound: string; isExpired: boolean }> {
    // The codec asks for the context of MCP only to bind a state to it.
    const sealed = await this.#codec.verify(token, undefined as never).catch(() => undefined)
    if (sealed?.call !== hashOf(call)) throw askAgain()
    return { key: `confirmation-${sealed.nonce}`, bound: sealed.bound, isExpired: sealed.until < Date.now() }
  }
}

export const askAgain = (): Problem =>
  new Problem(403, 'This confirmation has expired or is for another call: ask the user again')
