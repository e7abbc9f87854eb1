import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import { closePlugin, Problem } from '../src/index.ts'
import { openActingShop } from './acting-fixture.ts'
import { serveShop } from './fixture.ts'

const ada = { Authorization: 'Bearer token-of-ada' }

async function open() {
  const shop = await openActingShop()
  const { api } = await serveShop(shop.plugin)
  after(() => closePlugin(shop.plugin))
  const send = (headers: object) =>
    api
      .post('/parcels')
      .set({ ...ada, ...headers })
      .send({ to: 'Oslo' })
  const { body } = await send({ Prefer: 'confirmation' }).expect(428)
  return { ...shop, send, token: body.confirmation.token as string }
}

for (const what of ['key', 'confirmation'])
  test(`a call that was begun goes on when its ${what} comes again, whatever has changed`, async () => {
    const { send, token, courier, terms, parcels } = await open()
    courier.afterCall = () => {
      throw new Error('no answer')
    }
    const byKey = { 'Idempotency-Key': 'key-1', Prefer: 'confirmation' }
    const byConfirmation = { Confirmation: token, Prefer: 'confirmation' }
    await send({ ...byKey, ...byConfirmation }).expect(500)
    delete courier.afterCall
    terms.version = () => 2
    await send(what === 'key' ? byKey : byConfirmation).expect(200)
    assert.equal(parcels.size, 1)
  })

test('a confirmation that has expired leads to the answer of its call, and to nothing else', async (t) => {
  const { send, token, parcels } = await open()
  const other = await send({ Prefer: 'confirmation' }).expect(428)
  const first = await send({ Confirmation: token }).expect(200)
  mock.timers.enable({ apis: ['Date'], now: Date.now() + 11 * 60_000 })
  t.after(() => mock.timers.reset())
  const again = await send({ Confirmation: token }).expect(200)
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  await send({ Confirmation: other.body.confirmation.token }).expect(403)
  assert.equal(parcels.size, 1)
})

test('a call that was asked about while a repeat of it was done gets the answer of the repeat', async () => {
  const { send, terms, parcels } = await open()
  const { promise: isDone, resolve: done } = Promise.withResolvers<void>()
  const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>()
  terms.version = async () => {
    terms.version = () => 1
    asked()
    await isDone
    throw new Problem(409, 'It is sent already')
  }
  const key = { 'Idempotency-Key': 'key-2' }
  const slow = send(key).then((answer) => answer)
  await isAsked
  const { body } = await send(key).expect(200)
  done()
  const answer = await slow
  assert.deepEqual([answer.status, answer.body, answer.headers['idempotent-replayed']], [200, body, 'true'])
  assert.equal(parcels.size, 1)
})
