import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Refusal, Supplier, type SupplierOptions } from './supplier.ts'

/** What goes wrong with one answer. With `made`, the call was carried out before. */
export type Fault =
  | { kind: 'lost'; made: boolean }
  | { kind: 'status'; status: number; made: boolean; code?: string }
  | { kind: 'limited'; seconds: number }
  | { kind: 'slow'; milliseconds: number }
  | { kind: 'malformed'; made: boolean; body: string }
  | { kind: 'huge' }

interface Planned {
  method: string
  path: RegExp
  fault: Fault
}

export interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: unknown
}

/** Duffel's API v2 on the loopback: its headers, its wrapping, its ids, its pages, its errors. */
export interface Double {
  url: string
  token: string
  supplier: Supplier
  /** All requests so far. */
  seen: Seen[]
  /** The next request like this fails. */
  fail(method: string, path: RegExp, fault: Fault): void
  /** How many requests were like this. */
  count(method: string, path: RegExp): number
  close(): Promise<void>
}

const ratesPerMinute = 4_000

export async function startDouble(options: Partial<SupplierOptions> = {}): Promise<Double> {
  const supplier = new Supplier(options)
  const token = 'duffel_test_of_the_double'
  const planned: Planned[] = []
  const seen: Seen[] = []
  let requests = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://double')
    const { method = '', headers } = request
    const path = url.pathname.replace(/\/$/, '')
    const body = await text(request)
    const requestId = `FZW0H3H${String(++requests).padStart(13, '0')}`
    const send = (status: number, content: unknown, more: Record<string, string> = {}) => {
      const json = JSON.stringify(content)
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'x-request-id': requestId,
        'ratelimit-limit': String(ratesPerMinute),
        'ratelimit-remaining': String(ratesPerMinute - 1),
        'ratelimit-reset': new Date(Date.now() + 60_000).toUTCString(),
        ...(/gzip/.test(String(headers['accept-encoding'])) && { 'content-encoding': 'gzip' }),
        ...more,
      })
      response.end(/gzip/.test(String(headers['accept-encoding'])) ? gzipSync(json) : json)
    }
    const refuse = ({ status, type, code, message, pointer }: Refusal, more: Record<string, string> = {}) => {
      const error = {
        type,
        code,
        title: code.replaceAll('_', ' '),
        message,
        documentation_url: 'https://duffel.com/docs/api/overview/errors',
        ...(pointer !== undefined && { source: { pointer, field: pointer.split('/').at(-1) } }),
      }
      send(status, { errors: [error], meta: { status, request_id: requestId } }, more)
    }

    seen.push({ method, path, headers, body: body === '' ? undefined : JSON.parse(body) })
    const index = planned.findIndex((one) => one.method === method && one.path.test(path))
    const [fault] = index < 0 ? [] : planned.splice(index, 1).map((one) => one.fault)
    if (fault?.kind === 'limited') {
      const reset = new Date(Date.now() + fault.seconds * 1_000).toUTCString()
      const limited = { 'ratelimit-remaining': '0', 'ratelimit-reset': reset }
      return refuse(new Refusal(429, 'rate_limit_error', 'rate_limit_exceeded'), limited)
    }
    let result: { status: number; content: unknown } | Refusal
    try {
      checkHeaders(headers, token)
      if (fault && 'made' in fault && !fault.made) result = { status: 200, content: {} }
      else result = route(supplier, method, path, url.searchParams, (body === '' ? {} : JSON.parse(body).data) as never)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      result = error
    }
    if (fault?.kind === 'lost') return void request.socket.destroy()
    if (fault?.kind === 'status')
      return refuse(new Refusal(fault.status, 'api_error', fault.code ?? 'internal_server_error'))
    if (fault?.kind === 'malformed')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(fault.body)
    if (fault?.kind === 'huge')
      return void response
        .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(64 * 2 ** 20, ' ')))
    if (fault?.kind === 'slow') await sleep(fault.milliseconds)
    if (result instanceof Refusal) refuse(result)
    else send(result.status, result.content)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(599).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    supplier,
    seen,
    fail: (method, path, fault) => void planned.push({ method, path, fault }),
    count: (method, path) => seen.filter((one) => one.method === method && path.test(one.path)).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function checkHeaders(headers: IncomingMessage['headers'], token: string): void {
  if (headers.authorization === undefined)
    throw new Refusal(401, 'authentication_error', 'missing_authorization_header')
  if (headers.authorization !== `Bearer ${token}`)
    throw new Refusal(401, 'authentication_error', 'access_token_not_found')
  if (headers['duffel-version'] === undefined) throw new Refusal(400, 'invalid_request_error', 'missing_version_header')
  if (headers['duffel-version'] !== 'v2') throw new Refusal(400, 'invalid_request_error', 'invalid_version_header')
  if (headers['content-type'] !== 'application/json')
    throw new Refusal(400, 'invalid_request_error', 'invalid_content_type_header')
}

function route(supplier: Supplier, method: string, path: string, query: URLSearchParams, data: never) {
  const created = (content: unknown) => ({ status: 201, content: { data: content } })
  const found = (content: unknown) => ({ status: 200, content: { data: content } })
  const [, , subject = '', id = '', ...action] = path.split('/')
  switch (`${method} ${subject}${id && ' ID'}${action.map((part) => ` ${part}`).join('')}`) {
    case 'POST offer_requests': {
      const { offers, ...request } = supplier.createOfferRequest(data)
      return created(query.get('return_offers') === 'false' ? request : { ...request, offers })
    }
    case 'GET offers':
      return page(supplier.offersOf(query.get('offer_request_id'), query.get('sort')), query)
    case 'GET offers ID':
      return found(supplier.offer(id))
    case 'POST orders':
      return created(supplier.createOrder(data))
    case 'GET orders': {
      const offerId = query.get('offer_id')
      const orders = [...supplier.orders.values()].filter((order) => offerId === null || order.offer_id === offerId)
      return page(orders, query)
    }
    case 'GET orders ID':
      return found(supplier.order(id))
    case 'POST payments':
      return created(supplier.pay(data))
    case 'POST order_cancellations':
      return created(supplier.quoteCancellation(data))
    case 'GET order_cancellations ID':
      return found(supplier.cancellation(id))
    case 'POST order_cancellations ID actions confirm':
      return found(supplier.confirmCancellation(id))
    case 'POST order_change_requests':
      return created(supplier.requestChange(data))
    case 'POST order_changes':
      return created(supplier.createChange(data))
    case 'GET order_changes ID':
      return found(supplier.change(id))
    case 'POST order_changes ID actions confirm':
      return found(supplier.confirmChange(id, data))
    default:
      throw new Refusal(404, 'invalid_request_error', 'not_found')
  }
}

/** A cursor is opaque for clients. */
function page(all: readonly { id: string }[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw new Refusal(422, 'validation_error', 'validation_inclusion', 'limit', '/limit')
  const after = query.get('after')
  const start = after === null ? 0 : all.findIndex(({ id }) => id === Buffer.from(after, 'base64url').toString()) + 1
  const data = all.slice(start, start + limit)
  const isLast = start + limit >= all.length
  const cursor = isLast ? null : Buffer.from(data.at(-1)?.id ?? '').toString('base64url')
  return { status: 200, content: { data, meta: { limit, before: null, after: cursor } } }
}
