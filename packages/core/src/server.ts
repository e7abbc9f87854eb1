import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { Server as Listener, type Socket } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type ConnectionLimits, limitConnections } from './connections.ts'
import { EnvironmentError } from './environment.ts'
import { protection } from './exchange.ts'
import type { Lifecycle } from './middleware/health.ts'
import { Problem, problemType, toProblemDocument } from './problem.ts'

export const longestStop = 10_000
const grace = 300
const interval = 100
/**
 * How long a connection without a request stays open, in milliseconds. It must be longer than the proxy in front keeps it:
 * nginx and the balancers of AWS 60 seconds, Caddy 2 minutes, the balancers of Google 10 minutes. Otherwise a request that a
 * proxy sends at the moment of closing fails.
 */
const idle = { behindProxies: 1_000_000, direct: 5_000 }

export interface RunningServer {
  server: Server
  /** Reports that it is not ready, serves on for `shutdownDelay`, then finishes the requests in flight, for at most 10 seconds. */
  stop(): Promise<void>
}

export interface ListenOptions {
  host: string
  port: number
  lifecycle: Lifecycle
  /** How many proxies are in front of the server. Then all callers have one address, and share its requests. */
  proxies?: number
  limits?: Partial<ConnectionLimits>
  /** How long it serves on when it stops, in seconds, so that a balancer sees that it is not ready. */
  shutdownDelay?: number
}

/**
 * Listens with limits on headers, time, connections and unread answers, so that a slow or broken client blocks nobody else.
 * @throws EnvironmentError if it cannot listen at this address
 */
export async function listen(
  listener: RequestListener,
  { host, port, lifecycle, proxies = 0, limits, shutdownDelay = 0 }: ListenOptions,
): Promise<RunningServer> {
  const server = createServer({
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: proxies > 0 ? idle.behindProxies : idle.direct,
    // How often Node checks the two limits above.
    connectionsCheckingInterval: 1_000,
    // The app refuses a missing Host header with an explanation.
    requireHostHeader: false,
    optimizeEmptyRequests: true,
  })
  server.maxConnections = 10_000
  const answer: RequestListener = (request, response) => {
    if (lifecycle.stopping && !server.listening) response.setHeader('Connection', 'close')
    listener(request, response)
  }
  limitConnections(server, answer, refuseBusy, { ...(proxies > 0 && { requestsOfAddress: Infinity }), ...limits })
  server.on('clientError', refuse)
  server.on('checkExpectation', (_, response) => {
    const body = problemText(417, 'Send no Expect header, or "Expect: 100-continue"')
    response.writeHead(417, problemHeaders(body)).end(body)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toEnvironmentError(error, host, port)))
    server.listen(port, host, () => resolve())
  })
  return { server, stop: () => stop(server, lifecycle, shutdownDelay * 1000) }
}

function toEnvironmentError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new EnvironmentError(`${host}:${port} is in use: stop the program that listens there, or set another PORT`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new EnvironmentError(
      `HOST=${host} is not an address of this machine: use 127.0.0.1 for this machine only, or 0.0.0.0 for every network`,
    )
  if (error.code === 'EACCES')
    return new EnvironmentError(`PORT=${port} needs more rights: set PORT to a number above 1023`)
  return error
}

async function stop(server: Server, lifecycle: Lifecycle, delay: number): Promise<void> {
  lifecycle.stopping = true
  const open = await new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
  // A request may be on its way.
  const wait = open > 0 ? grace : 0
  await sleep(Math.max(delay, wait))
  // Right after those that have arrived were accepted: the system resets connections that wait when it closes.
  await nextTurn()
  const closed = new Promise<void>((resolve) => Listener.prototype.close.call(server, () => resolve()))
  const deadline = setTimeout(() => server.closeAllConnections(), longestStop)
  // From here on answers say "Connection: close". A proxy that cannot connect sends no more on its idle connections, so
  // that those can be closed.
  await Promise.race([closed, sleep(wait)])
  server.closeIdleConnections()
  const closing = setInterval(() => server.closeIdleConnections(), interval)
  await closed
  clearInterval(closing)
  clearTimeout(deadline)
}

const refusals: Record<string, [status: number, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Send less than 16 KiB of headers'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive: send it again, at once'],
}

/** There is no request yet, so its id is new. */
const problemText = (status: number, detail: string): string =>
  JSON.stringify(toProblemDocument(new Problem(status, detail), randomUUID()))

const problemHeaders = (body: string): string[] => [
  ...protection,
  'X-Request-Id',
  JSON.parse(body).instance,
  'Content-Type',
  problemType,
  'Content-Length',
  String(Buffer.byteLength(body)),
]

/** Before the app, so that it costs little. */
function refuseBusy(_: IncomingMessage, response: ServerResponse): void {
  const body = problemText(503, 'The server answers too many requests at once: call again in a second')
  response.writeHead(503, [...problemHeaders(body), 'Retry-After', '1', 'Cache-Control', 'no-store']).end(body)
}

/** Answers by hand, because whatever the HTTP parser refuses never becomes a request. */
function refuse(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const [status, detail] = refusals[error.code ?? ''] ?? [
    400,
    'The request is not valid HTTP/1.1: send it again, well-formed',
  ]
  const body = problemText(status, detail)
  const isHead = error.rawPacket?.subarray(0, 5).toString('latin1') === 'HEAD '
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`]
  const headers = [...problemHeaders(body), 'Connection', 'close']
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${isHead ? '' : body}`)
}
