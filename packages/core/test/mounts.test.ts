import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePlugin, none, Problem } from '../src/index.ts'
import { openShop, operations, serveShop } from './fixture.ts'

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

test('a mount gets its path and what is below it, and may overrule the headers', async () => {
  const { api } = await serveShop(shop)
  for (const path of ['/pages', '/pages/', '/pages/a/b'])
    await api
      .post(path)
      .expect(200, 'POST')
      .expect('Content-Security-Policy', "default-src 'self'")
      .expect('X-Content-Type-Options', 'nosniff')
  for (const path of ['/pagesandmore', '/page', '/pages/nothing']) await api.get(path).expect(404)
})

test('what a mount throws is a problem document, and its calls are counted', async () => {
  const { api } = await serveShop(shop, { rateLimit: 2 })
  await api
    .get('/pages/throw')
    .expect(409)
    .expect('Content-Type', 'application/problem+json')
    .expect('RateLimit', /r=1/)
  await api.get('/pages').expect(200)
  await api.get('/pages').expect(429)
})

test('mounts stand in no document', async () => {
  const { api } = await serveShop(shop)
  const { text } = await api.get('/openapi.json').expect(200)
  assert.doesNotMatch(text, /pages/)
})
