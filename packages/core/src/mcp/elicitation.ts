import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JSONRPCMessage, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { Actions } from '../acting/actions.ts'
import type { Question } from '../acting/confirmation.ts'
import type { Questions } from '../acting/questions.ts'
import type { Caller } from '../auth/auth.ts'
import type { Confirming } from '../call.ts'
import type { ClientCapabilities } from './client-capabilities.ts'
import type { Reply } from './reply.ts'

/** How often another instance may have written the answer, in milliseconds. */
const interval = 500

/** What a client shows to the person. */
export function toForm({ question, facts = [] }: Question) {
  const lines = facts.map(({ label, value }) => `${label}: ${value}`)
  return {
    message: [question, ...lines].join('\n'),
    requestedSchema: {
      type: 'object' as const,
      properties: { confirm: { type: 'boolean' as const, title: 'Yes, do it', default: false } },
      required: ['confirm'],
    },
  }
}

/** Whether a client shows forms. Since 2025-11-25 it may be one that only opens URLs. */
export const showsForms = ({ elicitation }: ClientCapabilities): boolean =>
  elicitation !== undefined && ('form' in elicitation || !('url' in elicitation))

const ClientAnswer = z.object({
  id: z.string().max(64),
  result: z.object({ action: z.literal('accept'), content: z.object({ confirm: z.literal(true) }) }).optional(),
})

/**
 * Questions to the person at a client of 2025-06-18 or 2025-11-25. The server has no sessions, so the id of a session says
 * itself that its client can ask, signed with the secret of all instances. The question goes out on the stream of the call;
 * the answer comes in a request of its own, perhaps at another instance, which hands it over through the database.
 */
export class Elicitations {
  readonly #actions: Actions
  readonly #questions: Questions
  /** What waits in this process, by the id of the question. */
  readonly #waiting = new Map<string, () => void>()

  constructor(actions: Actions) {
    this.#actions = actions
    this.#questions = actions.questions
  }

  /** The id for the session of a client that can ask. */
  async toSessionId(owner: string): Promise<string> {
    const nonce = crypto.randomUUID()
    return `${nonce}.${await this.#sign(nonce, owner)}`
  }

  async canAsk(sessionId: string | undefined, owner: string): Promise<boolean> {
    const [nonce = '', signature = ''] = sessionId?.split('.') ?? []
    const expected = Buffer.from(await this.#sign(nonce, owner))
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  /**
   * @param send writes to the stream of the call
   * @returns whether the person has said yes
   */
  async ask(
    question: Question,
    owner: string,
    send: (message: JSONRPCMessage) => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    const id = crypto.randomUUID()
    await this.#questions.add(id, owner)
    try {
      send({ jsonrpc: '2.0', id, method: 'elicitation/create', params: toForm(question) })
      const end = performance.now() + question.expiresIn * 1000
      while (performance.now() < end && !signal.aborted) {
        const reply = await this.#questions.replyTo(id)
        if (reply !== undefined) return reply
        const woken = new Promise<void>((resolve) => this.#waiting.set(id, resolve))
        await Promise.race([woken, sleep(interval)])
      }
      return false
    } finally {
      this.#waiting.delete(id)
      await this.#questions.remove(id)
    }
  }

  /** Reads what a client answers. Any other message, and the answer of another caller, is ignored. */
  async receive(message: unknown, owner: string): Promise<void> {
    const { data } = ClientAnswer.safeParse(message)
    if (!data) return this.#refuse(message, owner)
    await this.#reply(data.id, owner, data.result !== undefined)
  }

  /** A person who declines or leaves the box empty, and a client that fails, say no. */
  async #refuse(message: unknown, owner: string): Promise<void> {
    const { id } = Object(message) as { id?: unknown }
    if (typeof id === 'string' && id.length <= 64) await this.#reply(id, owner, false)
  }

  async #reply(id: string, owner: string, isConfirmed: boolean): Promise<void> {
    await this.#questions.reply(id, owner, isConfirmed)
    this.#waiting.get(id)?.()
  }

  #sign(nonce: string, owner: string): Promise<string> {
    return this.#actions.secret.sign(`elicitation ${nonce} ${owner}`)
  }
}

/** How to ask the person during a call, if the client of the call can. */
export async function askerFor(
  elicitations: Elicitations | undefined,
  { caller, sessionId }: { caller: Caller | undefined; sessionId: string | undefined },
  reply: Reply,
  { mcpReq }: ServerContext,
): Promise<((question: Question) => Promise<Confirming>) | undefined> {
  const owner = caller?.id ?? ''
  if (!elicitations || !reply.isStream || !(await elicitations.canAsk(sessionId, owner))) return undefined
  return async (question) => {
    const isConfirmed = await elicitations.ask(question, owner, (message) => reply.notify(message), mcpReq.signal)
    return { canAsk: true, ...(isConfirmed ? { token: question.token } : { isDeclined: true }) }
  }
}
