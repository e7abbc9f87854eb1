import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { codesIn, guest, minutes, readyCheckout, serveFood, totalIn } from './fixture.ts'

const served = await serveFood()
after(served.close)
const { anonymous, call, clock } = served

const fromPage = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }
const wine = { store: 'forno-luca', items: ['2 x chianti', 'margherita + large'], ...guest, fulfillment: 'pickup' }

const open = async (id: string) => {
  const { text, status, headers } = await anonymous.get(`/continue/${id}`)
  return { text, status, headers, token: /name="token" value="([^"]+)"/.exec(text)?.[1] }
}
const post = (id: string, form: Record<string, string>, headers: Record<string, string> = fromPage) =>
  anonymous.post(`/continue/${id}`).type('form').set(headers).send(form)

test('a person confirms the age on the page, and then the checkout is ready', async () => {
  const checkout = await call('post', '/checkouts', wine)
  assert.deepEqual([checkout.status, codesIn(checkout)], ['requires_escalation', ['age_verification_required']])
  const id = checkout.id as string
  assert.equal(checkout.continue_url, `https://plugin.example.com/continue/${id}`)
  const page = await open(id)
  assert.equal(page.status, 200)
  assert.match(page.headers['content-type'] ?? '', /^text\/html/)
  assert.match(
    page.headers['content-security-policy'] ?? '',
    /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/,
  )
  assert.match(page.text, /2 × Chianti[\s\S]*56\.00 USD[\s\S]*Margherita, Large, 40 cm/)
  assert.match(page.text, /I am 21 years old or older/)
  for (const secret of [guest.guest_name, guest.guest_phone, checkout.customer.id])
    assert.ok(!page.text.includes(secret), 'links are passed on')
  const sent = await post(id, { token: page.token as string, age: '21' })
  assert.deepEqual([sent.status, sent.headers.location], [303, `/continue/${id}`])
  assert.match((await open(id)).text, /You have confirmed your age/)
  const ready = await call('get', `/checkouts/${id}`)
  assert.deepEqual([ready.status, ready.version], ['ready_for_payment', checkout.version])
  const done = await call('post', `/checkouts/${id}/complete`, {
    version: ready.version,
    total: totalIn(ready),
    payment: 'at_the_door',
  })
  assert.equal(done.status, 'completed')
  // The permalink of the order is the same page.
  assert.equal(done.order.permalink_url, checkout.continue_url)
  assert.match((await open(id)).text, /The store has the order/)
  clock.now += minutes(24 * 60)
  assert.match((await open(id)).text, /It is done[\s\S]*The window is over/)
})

test('an assistant with the API, another site and an old page cannot confirm it', async () => {
  const { id } = await call('post', '/checkouts', wine)
  const other = await call('post', '/checkouts', wine)
  const token = (await open(id)).token as string
  const form = { token, age: '21' }
  const refused: [number, Awaited<ReturnType<typeof post>>][] = [
    [403, await post(id, form, {})],
    [403, await post(id, form, { authorization: `Bearer ${served.token}` })],
    [403, await post(id, form, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })],
    [403, await post(id, form, { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' })],
    [403, await post(id, form, { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })],
    [403, await post(id, form, { origin: 'https://chatgpt.com' })],
    [400, await post(id, { token })],
    [400, await post(id, { token, age: '18' })],
    [409, await post(id, { age: '21' })],
    [409, await post(id, { token: `${token}x`, age: '21' })],
    [409, await post(id, { token: `9${token}`, age: '21' })],
    [409, await post(id, { token: (await open(other.id)).token as string, age: '21' })],
    [415, await anonymous.post(`/continue/${id}`).set(fromPage).send(form)],
    [413, await post(id, { token, age: 'x'.repeat(5000) })],
  ]
  for (const [status, answer] of refused) assert.equal(answer.status, status, answer.text)
  clock.now += minutes(61)
  assert.equal((await post(id, form)).status, 409)
  const still = await call('get', `/checkouts/${id}`)
  assert.ok(codesIn(still).includes('age_verification_required'))
  assert.equal(
    Object.keys((await call('get', '/openapi.json')).paths).filter((path) => /continue|age/.test(path)).length,
    0,
  )
  // An old browser says only the origin.
  const fresh = (await open(id)).token as string
  assert.equal((await post(id, { token: fresh, age: '21' }, { origin: 'https://plugin.example.com' })).status, 303)
})

test('pages of checkouts that are unknown, closed, expired, or have nothing to confirm', async () => {
  for (const path of ['/continue', '/continue/', '/continue/cs_unknown', '/continue/%00', '/continue/a/b']) {
    const { status, text } = await anonymous.get(path)
    assert.deepEqual([path, status, /This link leads to nothing/.test(text)], [path, 404, true])
  }
  const { id } = await call('post', '/checkouts', { ...wine, items: ['lemonade'] })
  assert.match((await open(id)).text, /nothing to confirm here/)
  assert.equal((await post(id, { token: '1.x', age: '21' })).status, 200)
  await call('post', `/checkouts/${id}/cancel`)
  assert.match((await open(id)).text, /was canceled/)
  const { checkout, agreement } = await readyCheckout(call)
  const done = await call('post', `/checkouts/${checkout.id}/complete`, agreement)
  await call('post', `/orders/${done.order.id}/cancel`, { refund: 0 })
  assert.match((await open(checkout.id)).text, /It was canceled/)
  const late = await call('post', '/checkouts', wine)
  const token = (await open(late.id)).token as string
  clock.now += minutes(6 * 60)
  assert.match((await open(late.id)).text, /has expired/)
  assert.match((await post(late.id, { token, age: '21' })).text, /has expired/)
  assert.equal((await anonymous.delete(`/continue/${late.id}`)).status, 405)
})
