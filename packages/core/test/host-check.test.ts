import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openShop, serveShop } from './fixture.ts'

const { api } = await serveShop(openShop())
const ask = (host: string) => api.get('/things?word=a').set('Host', host)

test('the plugin answers to its own host name and to localhost', async () => {
  for (const host of ['shop.example.com', 'localhost', 'localhost:3333', '127.0.0.1:1', '[::1]:3333', 'LOCALHOST'])
    await ask(host).expect(200)
})

test('a page on the web that points its own host name here reads nothing', async () => {
  for (const host of [
    'evil.example',
    'shop.example.com.evil.example',
    'evil.example:3333',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.2',
    '0.0.0.0',
  ])
    for (const path of ['/things?word=a', '/openapi.json', '/.well-known/ai-plugin.json', '/nothing']) {
      const { headers } = await api
        .get(path)
        .set('Host', host)
        .set('Origin', 'https://evil.example')
        .expect('Content-Type', 'application/problem+json')
        .expect(421)
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
})

test('a host name may have any case and its port', async () => {
  await ask('Shop.Example.Com').expect(200)
  await ask('shop.example.com:443').expect(200)
})

test('health answers to an IP address, for Kubernetes and load balancers', async () => {
  await api.get('/livez').set('Host', '10.0.0.5:3333').expect(200)
  await api.get('/readyz').set('Host', '10.0.0.5:3333').expect(200)
})

test('a Host that is none is refused', async () => {
  for (const host of [
    'shop.example.com@evil.example',
    'localhost:7501:80',
    'localhost:',
    'localhost:x',
    'a b',
    '[::1',
    '',
  ])
    await ask(host).expect(host === 'localhost:' ? 421 : 400)
})
