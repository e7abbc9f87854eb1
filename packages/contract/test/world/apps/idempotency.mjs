// Payments behind the two middlewares of npm for idempotency keys, set up as their READMEs say, and in two wrong ways.
import { setTimeout as sleep } from 'node:timers/promises'
import { Idempotency } from '@node-idempotency/core'
import { MemoryStorageAdapter } from '@node-idempotency/storage-adapter-memory'
import express from 'express'
import middleware from 'express-idempotency'
import adapters from 'express-idempotency/dist/defaults/inMemoryDataAdapter.js'

const [port, style] = process.argv.slice(2)
const { idempotency, getSharedIdempotencyService } = middleware

const json = (schema) => ({ description: 'd', content: { 'application/json': { schema } } })
const Payment = {
  type: 'object',
  required: ['id', 'payee', 'cents'],
  properties: { id: { type: 'integer' }, payee: { type: 'string' }, cents: { type: 'integer' } },
}
const NewPayment = {
  type: 'object',
  required: ['payee', 'cents'],
  properties: { payee: { type: 'string', minLength: 1 }, cents: { type: 'integer', minimum: 1, maximum: 100000 } },
}
const key = { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 1 } }
const failures = { '4XX': json({ type: 'object', properties: { message: { type: 'string' } } }) }
const spec = {
  openapi: '3.0.3',
  info: { title: 'Payments', version: '1' },
  paths: {
    '/payments': {
      get: {
        operationId: 'listPayments',
        summary: 'List',
        responses: { 200: json({ type: 'array', items: Payment }), ...failures },
      },
      post: {
        operationId: 'pay',
        summary: 'Pay',
        parameters: [key],
        requestBody: { required: true, content: { 'application/json': { schema: NewPayment } } },
        responses: { 201: json(Payment), ...failures },
      },
    },
  },
}

const users = { 'Bearer token-of-ada': [], 'Bearer token-of-bob': [] }
const fail = (status, message) => Object.assign(new Error(message), { status })

/** A storage at some distance, as Redis or MongoDB is. */
class DistantAdapter extends adapters.InMemoryDataAdapter {
  findByIdempotencyKey(one) {
    return sleep(5).then(() => super.findByIdempotencyKey(one))
  }
}

function expressIdempotency() {
  const dataAdapter = style.includes('distant') ? new DistantAdapter() : new adapters.InMemoryDataAdapter()
  const keep = idempotency({ dataAdapter })
  // The middleware calls the handler even if it has answered.
  const isDone = (request) => !style.includes('without isHit') && getSharedIdempotencyService().isHit(request)
  return [keep, (request, _response, next) => (isDone(request) ? undefined : next())]
}

/** The flow that the README of the package describes. */
function nodeIdempotency() {
  const keys = new Idempotency(new MemoryStorageAdapter(), {
    enforceIdempotency: true,
    inProgressStrategy: { wait: style.includes('that waits') },
  })
  const statuses = { REQUEST_IN_PROGRESS: 409, IDEMPOTENCY_FINGERPRINT_MISSMATCH: 422 }
  return [
    async (request, response, next) => {
      const call = { headers: request.headers, path: request.path, body: request.body, method: request.method }
      try {
        const kept = await keys.onRequest(call)
        if (kept) return response.status(kept.additional.status).json(kept.body)
      } catch (error) {
        return next(fail(statuses[error.code] ?? 400, error.message))
      }
      const send = response.json.bind(response)
      response.json = (body) => {
        keys.onResponse(call, { body, additional: { status: response.statusCode } }).then(() => send(body))
      }
      next()
    },
  ]
}

const app = express()
app.disable('x-powered-by')
app.use(express.json({ limit: '100kb' }))
app.get('/openapi.json', (_request, response) => response.json(spec))
if (style.includes('users')) {
  spec.security = [{ token: [] }]
  spec.components = { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } }
  app.use((request, response, next) => {
    const isKnown = Object.hasOwn(users, request.get('authorization') ?? '')
    if (!isKnown) response.set('WWW-Authenticate', 'Bearer')
    next(isKnown ? undefined : fail(401, 'no token'))
  })
}
const paymentsOf = (request) => users[request.get('authorization')] ?? users['Bearer token-of-ada']
let last = 0
app.get('/payments', (request, response) => response.json(paymentsOf(request)))
app.post(
  '/payments',
  ({ body }, _response, next) => {
    const isPayee = typeof body?.payee === 'string' && body.payee !== ''
    const isAmount = Number.isInteger(body?.cents) && body.cents >= 1 && body.cents <= 100_000
    next(isPayee && isAmount ? undefined : fail(400, 'a payee and cents are needed'))
  },
  (request, _response, next) => next(request.get('idempotency-key') ? undefined : fail(400, 'a key is needed')),
  ...(style.includes('node-idempotency') ? nodeIdempotency() : expressIdempotency()),
  async (request, response) => {
    await sleep(20)
    const payment = { id: ++last, payee: request.body.payee, cents: request.body.cents }
    paymentsOf(request).push(payment)
    if (!response.headersSent) response.status(201).json(payment)
  },
)
app.use((error, _request, response, _next) => {
  const status = error.status ?? (response.statusCode >= 400 ? response.statusCode : 500)
  response.status(status).json({ message: error.message })
})
app.listen(Number(port), '127.0.0.1')
