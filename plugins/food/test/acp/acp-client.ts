import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Response } from 'supertest'
import type { ServedFood } from '../fixture.ts'

type Json = Response['body']

export const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`schemas/${name}.json`, import.meta.url), 'utf8'))

// Strict mode is off, because the schema has keywords of its own, such as `example`.
const ajv = new Ajv2020({ strict: false, allErrors: true })
// The package has its function as a member of the module, too.
const addFormats = formats as unknown as typeof formats.default
addFormats(ajv)
const schema = read('schema.agentic_checkout')
ajv.addSchema(schema)

/** Fails if a value does not fit a definition of ACP's published schema. */
export function checkSchema(name: string, value: unknown): void {
  const validate = ajv.getSchema(`${schema.$id}#/$defs/${name}`)
  assert.ok(validate, `the schema has ${name}`)
  const isValid = validate(value)
  assert.ok(isValid, `${name}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(value)}`)
}

export const fits = (name: string, value: unknown): boolean =>
  ajv.getSchema(`${schema.$id}#/$defs/${name}`)?.(value) === true

export interface AcpAnswer {
  status: number
  headers: Record<string, string>
  body: Json
}

/** Headers of a request; `undefined` leaves one out. */
type Headers = Record<string, string | undefined>

/**
 * Sends requests as an ACP agent does, and checks every answer with the published schema, whatever its status. The OpenAPI
 * document names the definition for each: a session, a session with an order for a completed one, or an error.
 */
export const acpClient =
  ({ anonymous, token }: ServedFood) =>
  async (method: 'get' | 'post' | 'delete', path: string, body?: Json, more: Headers = {}): Promise<AcpAnswer> => {
    const headers: Headers = {
      authorization: `Bearer ${token}`,
      'api-version': '2026-04-17',
      'request-id': 'request-1',
      ...(method === 'post' && { 'idempotency-key': randomUUID() }),
      ...more,
    }
    const request = anonymous[method](`/checkout_sessions${path}`)
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) request.set(name, value)
    const answer = await (body === undefined ? request : request.send(body))
    const { status } = answer
    const isDone = path.endsWith('/complete')
    checkSchema(status >= 400 ? 'Error' : isDone ? 'CheckoutSessionWithOrder' : 'CheckoutSession', answer.body)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(answer.headers['request-id'], headers['request-id'])
    if (method === 'post') assert.equal(answer.headers['idempotency-key'], headers['idempotency-key'])
    return { status, headers: answer.headers, body: answer.body }
  }

export const start = (more: Json = {}): Json => ({
  line_items: [{ id: 'forno-luca/margherita+large+olives', quantity: 2 }],
  currency: 'usd',
  capabilities: {},
  ...more,
})

export const contact = { fulfillment_details: { name: 'Ada Guest', phone_number: '+1 212 555 0100' } }
export const toPickUp = {
  fulfillment_groups: [{ id: 'group-1', item_ids: [], destination_type: 'pickup' }],
}
export const pay = (handler: string): Json => ({
  payment_data: {
    handler_id: handler,
    instrument: { type: handler, credential: { type: 'none', token: 'none' } },
  },
})
