import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createApp, createLog, definePlugin, type Mount, none, Problem } from '../src/index.ts'
import { openShop, operations, publicUrl, serveShop, serviceSecret, serviceShop } from './fixture.ts'

const shop = definePlugin({
  ...openShop(),
  auth: none(),
  operations,
  mounts: [
    {
      path: '/pages',
      middleware(ctx, next) {
        if (ctx.path === '/pages/nothing') return next()
        if (ctx.path === '/pages/throw') throw new Problem(409, 'Try another page')
        ctx.set('Content-Security-Policy', "default-src 'self'")
        ctx.body = ctx.method
      },
    },
  ],
})

test('a mount gets its path and the paths below it, and may replace the headers', async () => {
  const { api } = await serveShop(shop)
  for (const path of ['/pages', '/pages/', '/pages/a/b'])
    await api
      .post(path)
      .expect(200, 'POST')
      .expect('Content-Security-Policy', "default-src 'self'")
      .expect('X-Content-Type-Options', 'nosniff')
  for (const path of ['/pagesandmore', '/page', '/pages/nothing']) await api.get(path).expect(404)
})

test('no page of another origin may call a mount for people, and the known ones may call any other', async () => {
  const [page] = shop.mounts as [Mount]
  const { api } = await serveShop({
    ...shop,
    mounts: [{ ...page, path: '/pages/people', isForPeople: true }, page],
  })
  for (const [path, allowed] of [
    ['/pages/people', undefined],
    ['/pages/people/1', undefined],
    ['/pages/peoples', 'https://chatgpt.com'],
    ['/pages', 'https://chatgpt.com'],
  ] as const)
    for (const method of ['get', 'options'] as const) {
      const { headers } = await api[method](path)
        .set('Origin', 'https://chatgpt.com')
        .set('Access-Control-Request-Method', 'POST')
      assert.equal(headers['access-control-allow-origin'], allowed, `${method} ${path}`)
    }
})

test('a mount may give errors the form of another protocol: also its own, those of core, and failures', async () => {
  const errorBody = ({ status, message }: Problem) => ({ code: status, says: message })
  const [page] = shop.mounts as [Mount]
  const other: Mount = {
    path: '/other',
    errorBody,
    middleware(ctx) {
      if (ctx.path === '/other/fail') throw new Error('a secret')
      return page.middleware(Object.assign(ctx, { path: '/pages/throw' }), async () => {})
    },
  }
  const { api, rawLog } = await serveShop({ ...shop, mounts: [other] }, { rateLimit: 2 })
  const own = await api.get('/other').expect(409)
  assert.deepEqual([own.type, own.body], ['application/json', { code: 409, says: 'Try another page' }])
  const failed = await api.get('/other/fail').expect(500)
  assert.equal(failed.body.code, 500)
  assert.ok(!failed.text.includes('a secret') && rawLog().includes('a secret'), 'it is in the log only')
  const tooMany = await api.get('/other').expect(429)
  assert.equal(tooMany.body.code, 429)
  assert.ok(Number(tooMany.headers['retry-after']) > 0)
})

test('an error of a mount becomes a problem document, and its calls are counted', async () => {
  const { api } = await serveShop(shop, { rateLimit: 2 })
  await api
    .get('/pages/throw')
    .expect(409)
    .expect('Content-Type', 'application/problem+json')
    .expect('RateLimit', /r=1/)
  await api.get('/pages').expect(200)
  await api.get('/pages').expect(429)
})

test('the tokens that a mount refuses count with those that operations refuse', async () => {
  const files: Mount = {
    path: '/files',
    async middleware(ctx) {
      const { authorization } = ctx.req.headers
      await ctx.state.guard(() => service.auth.authenticate(authorization))
      ctx.body = 'a file'
    },
  }
  const service = serviceShop()
  const { api } = await serveShop({ ...service, mounts: [files] })
  const right = `Bearer ${serviceSecret}`
  await api.get('/files').set('Authorization', right).expect(200, 'a file')
  for (let tries = 0; tries < 100; tries++)
    await api
      .get(['/files', '/things?word=a'][tries % 2] as string)
      .set('Authorization', 'Bearer guess')
      .expect(401)
  for (const path of ['/files', '/things?word=a'])
    await api.get(path).set('Authorization', right).expect('Retry-After', /\d/).expect(429)
})

test('no document mentions a mount', async () => {
  const { api } = await serveShop(shop)
  const { text } = await api.get('/openapi.json').expect(200)
  assert.doesNotMatch(text, /pages/)
})

test('a target without a path is refused before any mount', async () => {
  const app = await createApp(shop, { publicUrl, log: createLog('silent', false) })
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const target = '//?query=["u7",null,"Wj}:F#Oy",-4.39e-221,"A*}}>@Qys"]'
  const [answer] = await once(request({ host: '127.0.0.1', port, path: target }).end(), 'response')
  assert.equal(answer.statusCode, 400)
  answer.resume()
  server.closeAllConnections()
  server.close()
})
