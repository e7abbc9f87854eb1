import '@reference-plugins/testing/cheap-passwords'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hold, pay, publicUrl, serveFlights } from './fixture.ts'

test('with an account its bookings and its balance are deleted, and the airline keeps its orders', async (t) => {
  const served = await serveFlights()
  t.after(() => served.close())
  let cookie = ''
  const submit = async (form: Record<string, string>) => {
    const answer = await served.api.post('/oauth/apps').set({ origin: publicUrl, cookie }).type('form').send(form)
    cookie = String(answer.headers['set-cookie'] ?? cookie).split(';')[0] ?? ''
    return answer
  }
  const password = 'correct horse battery'
  assert.equal((await submit({ action: 'sign-up', name: 'ada', password })).status, 303)
  const [ada, bob] = [await served.as('ada'), await served.as('bob')]
  await pay(ada, await hold(ada))
  await hold(bob)
  assert.equal((await submit({ action: 'delete-account', password })).status, 303)
  await ada.get('/orders').expect(401)
  assert.equal((await served.tables.all`SELECT * FROM booking`).length, 1)
  assert.equal((await served.tables.all`SELECT * FROM account_entry`).length, 0)
  assert.equal((await served.tables.all`SELECT * FROM timetable_order`).length, 2)
  assert.equal((await bob.get('/orders').expect(200)).body.orders.length, 1)
})
