import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Logos } from '../src/plugins/logos.ts'

const png = Buffer.from('89504e470d0a1a0a0000', 'hex')

async function serve(t: TestContext, answer: RequestListener): Promise<{ url: string; hits: string[] }> {
  const hits: string[] = []
  const server = createServer((request, response) => {
    hits.push(request.url ?? '')
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hits }
}

test('a logo is fetched once, and only images are shown', async (t) => {
  const { url, hits } = await serve(t, ({ url }, response) => response.end(url === '/script' ? '<svg/>' : png))
  const logos = new Logos(true)
  const found = await Promise.all([logos.get(`${url}/logo`), logos.get(`${url}/logo`)])
  assert.deepEqual(found, Array(2).fill({ type: 'image/png', bytes: png }))
  assert.equal(await logos.get(`${url}/script`), undefined)
  assert.deepEqual(await logos.get(`data:image/png;base64,${png.toString('base64')}`), found[0])
  assert.deepEqual(hits, ['/logo', '/script'])
})

test('a logo of a slow server is not waited for, and is shown the next time', async (t) => {
  let send = () => {}
  const { url, hits } = await serve(t, (_, response) => {
    send = () => response.end(png)
  })
  const logos = new Logos(true)
  assert.equal(await logos.get(url), undefined)
  send()
  assert.equal((await logos.get(url))?.type, 'image/png')
  assert.equal(hits.length, 1)
})

test('at most two logos are fetched at a time', async (t) => {
  const { url, hits } = await serve(t, () => {})
  const logos = new Logos(true)
  const found = await Promise.all(Array.from({ length: 40 }, (_, index) => logos.get(`${url}/${index}`)))
  assert.deepEqual(new Set(found), new Set([undefined]))
  assert.equal(hits.length, 2)
})
