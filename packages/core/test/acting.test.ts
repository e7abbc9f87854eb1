import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { closePlugin } from '../src/index.ts'
import { type ActingShop, openActingShop } from './acting-fixture.ts'
import { type Shop, serveShop } from './fixture.ts'

const ada = { Authorization: 'Bearer token-of-ada' }
const bob = { Authorization: 'Bearer token-of-bob' }

async function open(url?: string): Promise<ActingShop & Shop> {
  const shop = await openActingShop(url)
  const served = await serveShop(shop.plugin)
  after(() => closePlugin(shop.plugin))
  return { ...shop, ...served }
}

const buy = (shop: Shop, key: string | undefined, body: object = { item: 'bread' }, from: object = ada) =>
  shop.api
    .post('/purchases')
    .set({ ...from, ...(key !== undefined && { 'Idempotency-Key': key }) })
    .send(body)

test('a call that is repeated with its key is made once, and gets the first answer', async () => {
  const shop = await open()
  const first = await buy(shop, 'key-1').expect(200)
  await shop.setPrice(999)
  const again = await buy(shop, '"key-1"').expect(200)
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal(first.headers['idempotent-replayed'], undefined)
  const byInput = await buy(shop, undefined, { item: 'bread', idempotency_key: 'key-1' }).expect(200)
  assert.deepEqual(byInput.body, first.body)
  assert.deepEqual(await shop.purchases(), [{ owner: 'ada', item: 'bread', cents: 350 }])
})

test('keys of other users and other operations are other keys, and calls without a key are other calls', async () => {
  const shop = await open()
  await buy(shop, 'key-1').expect(200)
  await buy(shop, 'key-1', { item: 'bread' }, bob).expect(200)
  await shop.api
    .post('/parcels')
    .set({ ...ada, 'Idempotency-Key': 'key-1' })
    .send({ to: 'Zurich' })
    .expect(200)
  await buy(shop, undefined).expect(200)
  await buy(shop, undefined).expect(200)
  assert.equal((await shop.purchases()).length, 4)
})

test('the same input in another order is the same call, and other input is refused', async () => {
  const shop = await open()
  await buy(shop, 'key-1', { item: 'bread', gift: true }).expect(200)
  await buy(shop, 'key-1', { gift: true, item: 'bread', nonsense: 1 }).expect(200)
  const other = await buy(shop, 'key-1', { item: 'bread', gift: false }).expect(422)
  assert.match(other.body.detail, /sent with other input/)
  assert.equal((await shop.purchases()).length, 1)
})

test('twenty calls at once with one key buy once', async () => {
  const shop = await open()
  const answers = await Promise.all(Array.from({ length: 20 }, () => buy(shop, 'key-1')))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await shop.purchases()).length, 1)
})

test('a refusal is kept, and a failure of the server is not', async () => {
  const shop = await open()
  await shop.database.run`UPDATE price SET stock = 0`
  await buy(shop, 'key-1').expect(409)
  await shop.database.run`UPDATE price SET stock = 5`
  const again = await buy(shop, 'key-1').expect(409)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  await buy(shop, 'key-2').expect(200)
  shop.courier.beforeCall = () => {
    throw new Error('the courier is away')
  }
  const parcel = () =>
    shop.api
      .post('/parcels')
      .set({ ...ada, 'Idempotency-Key': 'key-1' })
      .send({ to: 'Oslo' })
  await parcel().expect(500)
  delete shop.courier.beforeCall
  await parcel().expect(200)
})

test('keys that are no keys are refused', async () => {
  const shop = await open()
  for (const key of ['with space', 'x'.repeat(256)]) await buy(shop, key).expect(400)
  await buy(shop, 'one', { item: 'bread', idempotency_key: 'other' }).expect(400)
  assert.deepEqual(await shop.purchases(), [])
})

test('a call to another service is found again after its process ended, and not sent twice', async () => {
  const shop = await open()
  shop.courier.afterCall = () => {
    throw new Error('the process ended before the answer')
  }
  const parcel = () =>
    shop.api
      .post('/parcels')
      .set({ ...ada, 'Idempotency-Key': 'key-1' })
      .send({ to: 'Oslo' })
  await parcel().expect(500)
  const { body } = await parcel().expect(200)
  assert.deepEqual(body, { tracking: 'parcel to Oslo' })
  assert.deepEqual(Array.from(shop.parcels), [['key-1', 'parcel to Oslo']])
})

test('a call that runs is refused with 409 until it has an answer', async () => {
  const shop = await open()
  const parcel = () =>
    shop.api
      .post('/parcels')
      .set({ ...ada, 'Idempotency-Key': 'key-1' })
      .send({ to: 'Oslo' })
  const { promise: isSent, resolve: send } = Promise.withResolvers<void>()
  const { promise: isDelivered, resolve: deliver } = Promise.withResolvers<void>()
  shop.courier.afterCall = () => {
    send()
    return isDelivered
  }
  const first = parcel().then()
  await isSent
  const refused = await parcel().expect(409)
  assert.equal(refused.headers['retry-after'], '1')
  deliver()
  assert.equal((await first).status, 200)
  await parcel().expect(200)
  assert.equal(shop.parcels.size, 1)
})

test('an action that was interrupted is the same one by its key and by its confirmation', async () => {
  const shop = await open()
  const parcel = (headers: object) =>
    shop.api
      .post('/parcels')
      .set({ ...ada, Prefer: 'confirmation', ...headers })
      .send({ to: 'Oslo' })
  const { body } = await parcel({}).expect(428)
  const { token } = body.confirmation
  shop.courier.afterCall = () => {
    throw new Error('the process ended before the answer')
  }
  await parcel({ Confirmation: token, 'Idempotency-Key': 'key-1' }).expect(500)
  delete shop.courier.afterCall
  await parcel({ Confirmation: token }).expect(200)
  const again = await parcel({ 'Idempotency-Key': 'key-1' }).expect(200)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.deepEqual(Array.from(shop.parcels), [['key-1', 'parcel to Oslo']])
})

test('an interrupted action is finished by the next process, without its caller', async () => {
  const shop = await open()
  shop.courier.afterCall = () => {
    throw new Error('the process ended before the answer')
  }
  await shop.api
    .post('/parcels')
    .set({ ...ada, 'Idempotency-Key': 'key-1' })
    .send({ to: 'Oslo' })
    .expect(500)
  await shop.database.run`UPDATE core_action SET held_until = ''`
  delete shop.courier.afterCall
  // Serving starts the sweep.
  await serveShop(shop.plugin)
  for (let tries = 0; ; tries++) {
    const row = await shop.database.get<{
      status: number | null
      input: string | null
    }>`SELECT status, input FROM core_action`
    if (row?.status === 200) {
      assert.equal(row.input, null)
      break
    }
    assert.ok(tries < 500, 'the action was not finished')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal(shop.parcels.size, 1)
})

const question = async (shop: Shop, body: object = { item: 'bread' }, from: object = ada) => {
  const { body: problem } = await shop.api
    .post('/confirmed-purchases')
    .set({ ...from, Prefer: 'confirmation' })
    .send(body)
    .expect(428)
  return problem.confirmation as { question: string; facts: object[]; token: string }
}
const confirmed = (shop: Shop, token: string, body: object = { item: 'bread' }, more: object = {}) =>
  shop.api
    .post('/confirmed-purchases')
    .set({ ...ada, Prefer: 'confirmation', Confirmation: token, ...more })
    .send(body)

test('a person is asked with figures of the plugin, and the call is made when the token comes back', async () => {
  const shop = await open()
  const { question: words, facts, token } = await question(shop)
  assert.equal(words, 'Buy bread for 3.50 EUR?')
  assert.deepEqual(facts, [{ label: 'In stock', value: '100' }])
  assert.deepEqual(await shop.purchases(), [])
  const { body } = await confirmed(shop, token).expect(200)
  assert.equal(body.cents, 350)
})

test('a confirmation is for one call of one user with one input, once', async () => {
  const shop = await open()
  const { token } = await question(shop)
  await confirmed(shop, token, { item: 'cake' }).expect(403)
  await confirmed(shop, token, { item: 'bread' }, bob).expect(403)
  await confirmed(shop, `${token}x`).expect(403)
  await shop.api
    .post('/returns')
    .set({ ...ada, Confirmation: token })
    .send({})
    .expect(403)
  const { body } = await confirmed(shop, token, { item: 'bread' }, { 'Idempotency-Key': 'key-1' }).expect(200)
  for (const key of ['key-1', 'key-2']) {
    const again = await confirmed(shop, token, { item: 'bread' }, { 'Idempotency-Key': key }).expect(200)
    assert.deepEqual(again.body, body)
  }
  await shop.setPrice(999)
  assert.deepEqual((await confirmed(shop, token).expect(200)).body, body)
  assert.equal((await shop.purchases()).length, 1)
})

test('what has changed since the person confirmed it is asked again', async () => {
  const shop = await open()
  const { token } = await question(shop)
  await shop.setPrice(400)
  const { body } = await confirmed(shop, token).expect(409)
  assert.equal(body.confirmation.question, 'Buy bread for 4.00 EUR?')
  assert.deepEqual(await shop.purchases(), [])
  await confirmed(shop, body.confirmation.token).expect(200)
})

test('what changes between the last look and the transaction is seen too', async () => {
  const shop = await open()
  await buy(shop, 'key-1').expect(200)
  const giveBack = (headers: object) =>
    shop.api
      .post('/returns')
      .set({ ...ada, Prefer: 'confirmation', ...headers })
      .send({})
  const { body } = await giveBack({}).expect(428)
  const versions = [1, 2]
  shop.terms.version = () => versions.shift() ?? 2
  await giveBack({ Confirmation: body.confirmation.token }).expect(409)
  assert.equal((await shop.purchases()).length, 1)
})

test('a client that cannot ask must send what the user has agreed to, or is refused', async () => {
  const shop = await open()
  const send = (body: object) => shop.api.post('/confirmed-purchases').set(ada).send(body)
  for (const cents of [undefined, 1]) {
    const { body } = await send({ item: 'bread', cents }).expect(409)
    assert.match(body.detail, /cents is 350 now. Ask the user: Buy bread for 3.50 EUR\?/)
    assert.equal(body.confirmation, undefined)
  }
  await send({ item: 'bread', cents: 350 }).expect(200)
  const refused = await shop.api.post('/returns').set(ada).send({}).expect(403)
  assert.match(refused.body.detail, /this client cannot ask/)
  assert.equal((await shop.purchases()).length, 1)
})

test('a confirmation is opened by another instance with the same database', async () => {
  const url = temporaryDatabase()
  const shop = await open(url)
  const { token } = await question(shop)
  const other = await open(url)
  await confirmed(other, token).expect(200)
  assert.equal((await shop.purchases()).length, 1)
})

test('specs say what acts, who confirms it and how it is taken back', async () => {
  const { api } = await open()
  const { body: spec } = await api.get('/openapi.json').expect(200)
  const { post } = spec.paths['/purchases']
  assert.deepEqual(post['x-undo'], { quote: 'quoteReturn', by: 'returnPurchase' })
  assert.match(post.description, /To take it back: quoteReturn, then returnPurchase\./)
  assert.equal(post.requestBody.content['application/json'].schema.properties.idempotency_key.maxLength, 255)
  assert.equal(spec.paths['/returns'].post['x-confirmation'], true)
  assert.match(spec.paths['/returns'].post.description, /A person confirms it\./)
  assert.equal(spec.paths['/returns'].post['x-quote'], 'quoteReturn')
  assert.match(spec.paths['/returns'].post.description, /First call quoteReturn: it says the cost\./)
})
