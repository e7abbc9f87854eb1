import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createHostApp } from '../src/api/app.ts'
import { type ServedHost, serveHost } from './fixture.ts'

let served: ServedHost
let accounts: ServedHost
before(async () => {
  served = await serveHost()
  accounts = await serveHost({ mode: 'accounts' })
})
after(() => Promise.all([served.close(), accounts.close()]))

const status = (method: string, path: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(served.url)
    request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })

test('a request for another host name is rejected, even if that name leads to this machine', async () => {
  for (const host of ['evil.example', 'evil.example:3000', 'localhost.evil.example', '127.0.0.1.nip.io'])
    for (const path of ['/', '/api/session', '/api/plugins'])
      assert.equal(await status('GET', path, { host }), 421, `${host} ${path}`)
  assert.equal(await status('GET', '/api/session', { host: new URL(served.url).host }), 200)
  assert.equal(await status('GET', '/livez', { host: 'evil.example' }), 200)
})

test('a host that stops is alive, and not ready', async () => {
  const noPage = () => {}
  const answer = (stopping: boolean) =>
    new Promise<Record<string, number>>((resolve) => {
      const server = createServer(createHostApp(served.host, noPage, { stopping }).callback())
      server.listen(0, '127.0.0.1', async () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        const [live, ready] = [await fetch(`${url}/livez`), await fetch(`${url}/readyz`)]
        server.closeAllConnections()
        server.close()
        resolve({ live: live.status, ready: ready.status })
      })
    })
  assert.deepEqual(await answer(false), { live: 200, ready: 200 })
  assert.deepEqual(await answer(true), { live: 200, ready: 503 })
})

test('requests that another site makes the browser send are rejected', async () => {
  const { host } = new URL(served.url)
  const send = (headers: Record<string, string>) => status('POST', '/api/conversations', { host, ...headers })
  assert.equal(await send({ origin: 'https://evil.example' }), 403)
  assert.equal(await send({ origin: 'null' }), 403)
  assert.equal(await send({ origin: served.url.replace(/\d+$/, '1') }), 403)
  for (const site of ['cross-site', 'same-site']) assert.equal(await send({ 'sec-fetch-site': site }), 403, site)
  assert.equal((await served.browser().get<unknown[]>('/api/conversations')).length, 0)
  assert.equal(await send({ origin: served.url, 'sec-fetch-site': 'same-origin' }), 200)
  assert.equal(await send({}), 200)
})

test('an unknown path or a body that is not valid JSON is answered with a problem that says what to do', async () => {
  const browser = served.browser()
  const answer = async (method: string, path: string, body?: string, type = 'application/json') => {
    const got = await browser.raw(method, path, body === undefined ? {} : { body, headers: { 'content-type': type } })
    assert.match(got.headers.get('content-type') ?? '', /^application\/problem\+json/)
    return {
      status: got.status,
      allow: got.headers.get('allow'),
      detail: ((await got.json()) as { detail: string }).detail,
    }
  }
  assert.equal((await answer('GET', '/api/nothing')).status, 404)
  const wrong = await answer('PUT', '/api/conversations')
  assert.deepEqual([wrong.status, wrong.allow?.includes('POST')], [405, true])
  assert.equal((await answer('POST', '/api/registrations', '{"address"')).status, 400)
  assert.equal((await answer('POST', '/api/registrations', JSON.stringify({ address: 5 }))).status, 400)
  assert.equal(
    (await answer('POST', '/api/registrations', JSON.stringify({ address: 'x'.repeat(300_000) }))).status,
    413,
  )
  for (const type of ['text/plain', 'text/plain;application/json', 'application/x-www-form-urlencoded', 'x'])
    for (const path of ['/api/conversations', '/api/registrations']) {
      const { status, detail } = await answer('POST', path, '{}', type)
      assert.deepEqual([status, detail], [415, 'Send the body as JSON, with Content-Type: application/json'])
    }
  const empty = await answer('POST', '/api/registrations', JSON.stringify({ address: ' ' }))
  assert.equal(empty.status, 422)
  assert.match(empty.detail, /localhost:3333/)
})

test('the session cookie is sent to this host only, and never by another site', async () => {
  const answer = await accounts.browser().raw('POST', '/api/users', {
    body: JSON.stringify({ name: 'ada', password: 'correct horse battery' }),
    headers: { 'content-type': 'application/json' },
  })
  const [cookie = ''] = answer.headers.getSetCookie()
  assert.match(cookie, /^host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
})

test('on https the session cookie is secure and bound to this host, also behind a proxy', async () => {
  const secure = await serveHost({ mode: 'accounts', publicUrl: 'https://host.example' })
  const cookies = await new Promise<string[] | undefined>((resolve, reject) => {
    const headers = { host: 'host.example', 'content-type': 'application/json' }
    request(`${secure.url}/api/users`, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.headers['set-cookie'])
    })
      .on('error', reject)
      .end(JSON.stringify({ name: 'ada', password: 'correct horse battery' }))
  })
  assert.match(
    cookies?.[0] ?? '',
    /^__Host-host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
  )
  await secure.close()
})

test('passwords cannot be guessed quickly', async () => {
  const browser = accounts.browser()
  const statuses: number[] = []
  for (let index = 0; index < 11; index++) {
    const answer = await browser.raw('POST', '/api/session', {
      body: JSON.stringify({ name: 'Ada', password: `wrong ${index}` }),
      headers: { 'content-type': 'application/json' },
    })
    statuses.push(answer.status)
    await answer.body?.cancel()
  }
  assert.deepEqual(statuses, [...Array(10).fill(403), 429])
})
