import {
  type Implementation,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type ProtocolEra,
  ProtocolErrorCode,
  type RequestId,
  Server,
  type ServerContext,
  type ServerOptions,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server'
import { modernVersion } from './messages.ts'
import type { Reply } from './reply.ts'
import { Slots } from './slots.ts'
import type { McpCaller } from './tool-call.ts'

/** The code of the 2026-07-28 protocol for a client that lacks a capability. */
export const missingCapability = -32021

/** A request that has no answer yet. */
export interface PendingRequest {
  /** As the client chose it. */
  id: RequestId
  reply: Reply
  from: McpCaller
}

/**
 * A server of the SDK that answers the requests of all clients, of one protocol era, as long as the process lives. The SDK
 * means a server for one client: here it knows each request by a number that is never given again, because clients choose
 * the same ids, and it hears nothing else from a client, because a cancellation could name the request of another one.
 */
export class SharedServer extends Server {
  readonly #era: ProtocolEra
  readonly #pending = new Slots<PendingRequest>()
  #isDispatching = false

  constructor(era: ProtocolEra, serverInfo: Implementation, options: ServerOptions) {
    super(serverInfo, options)
    this.#era = era
    if (era === 'modern') this._negotiatedProtocolVersion = modernVersion
  }

  /** Call it after the handlers are set. */
  async open(): Promise<this> {
    const transport: Transport = {
      start: async () => {},
      close: async () => {},
      send: async (message, options) => this.#send(message, options),
    }
    await this.connect(transport)
    return this
  }

  /** @returns the number of the request */
  ask(message: JSONRPCRequest, pending: PendingRequest): number {
    const number = this.#pending.add(pending)
    this.#isDispatching = true
    try {
      // Through the transport the SDK would first test whether it is an answer, which takes longer than the rest of a call.
      // biome-ignore lint/complexity/useLiteralKeys: it is private
      this['_onrequest']({ ...message, id: number })
    } finally {
      this.#isDispatching = false
    }
    return number
  }

  /** For the handlers. */
  pendingOf({ mcpReq }: ServerContext): PendingRequest {
    return this.#pending.get(mcpReq.id as number) as PendingRequest
  }

  /** Ends a request whose client has disconnected. Does nothing if it is answered. */
  cancel(number: number): void {
    if (!this.#pending.delete(number)) return
    this._onnotification({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: number } })
  }

  #send(message: JSONRPCMessage, options?: TransportSendOptions): void {
    const number = ('method' in message ? options?.relatedRequestId : message.id) as number
    const pending = this.#pending.get(number)
    if (!pending) return
    if ('method' in message) pending.reply.notify(message)
    else {
      this.#pending.delete(number)
      pending.reply.answer({ ...message, id: pending.id }, this.#statusOf(message))
    }
  }

  /** Before 2026 every answer was a 200. Since then what no handler has answered is an HTTP error too. */
  #statusOf(message: JSONRPCMessage): number {
    if (this.#era === 'legacy' || !('error' in message)) return 200
    if (message.error.code === missingCapability) return 400
    if (!this.#isDispatching) return 200
    return message.error.code === ProtocolErrorCode.MethodNotFound ? 404 : 400
  }
}
