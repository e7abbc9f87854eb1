import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { addressKey } from './address-key.ts'

/** What one client, and all of them together, may make the process hold. */
export interface ConnectionLimits {
  /**
   * The time without progress while an answer waits to be sent, in milliseconds. Node tells progress by what is left at the
   * end of it, so that a connection is closed after one to two of them.
   */
  sendTimeout: number
  /** The most bytes that wait to be sent on one connection. */
  unsentBytes: number
  /** The most bytes that wait to be sent on all connections. */
  allUnsentBytes: number
  /** The most pipelined requests that wait on one connection. */
  waitingRequests: number
  /** The most pipelined requests that wait on all connections. */
  allWaitingRequests: number
  /** The most requests that are answered at once, from their head to the last byte that is sent. */
  allRequests: number
  /** The most of them that come from one address (IPv6: from one /64), so that others find a place. */
  requestsOfAddress: number
}

const defaults: ConnectionLimits = {
  sendTimeout: 15_000,
  unsentBytes: 2 ** 25,
  allUnsentBytes: 2 ** 28,
  waitingRequests: 100,
  allWaitingRequests: 1_000,
  allRequests: 1_000,
  requestsOfAddress: 500,
}

const interval = 250

/** A client's address, as long as it is connected. */
interface Address {
  readonly key: string
  connections: number
  requests: number
}

interface Connection {
  readonly socket: Socket
  readonly address: Address
  /** Requests that have arrived while another one is answered. */
  readonly waiting: [IncomingMessage, ServerResponse][]
  busy: boolean
  /** Whether the request that is answered counts; one that is refused does not. */
  isCounted: boolean
  /** Since when bytes have been waiting to be sent; undefined if there are none. */
  unsentSince: number | undefined
}

/**
 * Hands requests to `listener`, those of one connection one after another (RFC 9112 section 9.3.2), and closes connections
 * whose client asks and does not read. Beyond the most requests at once, `refuse` answers.
 */
export function limitConnections(
  server: Server,
  listener: RequestListener,
  refuse: RequestListener,
  limits: Partial<ConnectionLimits> = {},
): void {
  const { sendTimeout, unsentBytes, allUnsentBytes, waitingRequests, allWaitingRequests } = { ...defaults, ...limits }
  const { allRequests, requestsOfAddress } = { ...defaults, ...limits }
  const connections = new Map<Socket, Connection>()
  const addresses = new Map<string, Address>()
  let allWaiting = 0
  let requests = 0
  let timer: NodeJS.Timeout | undefined

  server.on('connection', (socket: Socket) => {
    const key = addressKey(socket.remoteAddress ?? '')
    const address = addresses.get(key) ?? { key, connections: 0, requests: 0 }
    addresses.set(key, address)
    address.connections++
    const connection: Connection = {
      socket,
      address,
      waiting: [],
      busy: false,
      isCounted: false,
      unsentSince: undefined,
    }
    connections.set(socket, connection)
    timer ??= setInterval(sweep, interval).unref()
    socket.once('close', () => {
      connections.delete(socket)
      if (--address.connections === 0) addresses.delete(key)
      discount(connection)
      allWaiting -= connection.waiting.splice(0).length
    })
  })

  server.on('request', (request, response) => {
    const connection = connections.get(request.socket)
    // It closed before its last request was read.
    if (!connection) return
    if (!connection.busy) return answer(connection, request, response)
    if (connection.waiting.length >= waitingRequests || allWaiting >= allWaitingRequests)
      return void request.socket.destroy()
    connection.waiting.push([request, response])
    allWaiting++
    request.socket.pause()
  })

  server.on('timeout', (socket: Socket) => {
    // Also at the end of the time that Node keeps a connection without a request open.
    if (!connections.get(socket)?.busy || socket.writableLength > 0) socket.destroy()
  })

  function answer(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    const { address } = connection
    connection.busy = true
    response.on('close', () => answerNext(connection))
    if (requests >= allRequests || address.requests >= requestsOfAddress) return void refuse(request, response)
    connection.isCounted = true
    requests++
    address.requests++
    listener(request, response)
  }

  function discount(connection: Connection): void {
    if (!connection.isCounted) return
    connection.isCounted = false
    requests--
    connection.address.requests--
  }

  function answerNext(connection: Connection): void {
    discount(connection)
    connection.busy = false
    const next = connection.waiting.shift()
    if (!next) return
    allWaiting--
    if (connection.waiting.length === 0) connection.socket.resume()
    answer(connection, ...next)
  }

  function sweep(): void {
    if (connections.size === 0) {
      clearInterval(timer)
      timer = undefined
      return
    }
    const now = performance.now()
    const slow: (Connection & { unsentSince: number })[] = []
    let all = 0
    for (const connection of connections.values()) {
      const { writableLength } = connection.socket
      if (writableLength === 0) {
        connection.unsentSince = undefined
        continue
      }
      connection.unsentSince ??= now
      // Not for each answer: a timer costs more than sending most of them. Node sets this back for the next request.
      if (connection.socket.timeout !== sendTimeout) connection.socket.setTimeout(sendTimeout)
      if (writableLength > unsentBytes) {
        connection.socket.destroy()
        continue
      }
      all += writableLength
      slow.push(connection as Connection & { unsentSince: number })
    }
    if (all <= allUnsentBytes) return
    slow.sort((a, b) => a.unsentSince - b.unsentSince)
    for (const { socket } of slow) {
      if (all <= allUnsentBytes) return
      all -= socket.writableLength
      socket.destroy()
    }
  }
}
