import { setTimeout as sleep } from 'node:timers/promises'
import supertest from 'supertest'
import { z } from 'zod'
import {
  type AppOptions,
  createApp,
  createLog,
  definePlugin,
  none,
  oauth,
  operation,
  type Plugin,
  serviceToken,
  text,
  userOperation,
  userToken,
} from '../src/index.ts'

export const publicUrl = 'https://shop.example.com'
export const serviceSecret = 'service-secret-0123456789-0123456789'
export const userSecret = 'user-secret-of-ada-0123456789'

const facts = {
  name: 'shop',
  title: 'Shop',
  descriptionForHuman: 'Order things from a shop.',
  descriptionForModel: 'Orders things. Ask before you order.',
  conversationStarters: ['What can you do?'],
  contactEmail: 'shop@example.com',
  folder: new URL('./fixture/', import.meta.url),
}

const Order = z.object({ id: z.int(), item: z.string() }).meta({ id: 'Order' })
const id = z.int().min(1).max(1000).describe('The id of an order')

/** One operation for each kind of input and of trouble. */
export const operations = {
  findThings: operation('GET /things', {
    openWorld: false,
    summary: 'Find things',
    input: z.object({
      word: text(10).describe('A word to look for'),
      many: z.int().min(1).max(50).optional().describe('How many'),
      price: z.number().min(0).optional().describe('The highest price'),
      new: z.boolean().optional().describe('Only new ones'),
      kind: z.enum(['book', 'toy']).optional().describe('The kind: book or toy'),
      sizes: z.array(z.int().min(1).max(9)).max(3).optional().describe('The sizes'),
    }),
    output: z.object({ input: z.record(z.string(), z.unknown()) }),
    handler: (input) => ({ input: { ...input } }),
  }),
  addOrder: operation('POST /orders', {
    openWorld: false,
    destructive: false,
    idempotent: false,
    summary: 'Order a thing',
    input: z.object({
      item: text(20).describe('What to order'),
      count: z.int().min(1).max(9).default(1).describe('How many'),
      tags: z.array(text(5)).max(2).optional().describe('Some tags'),
    }),
    output: z.object({ order: Order, count: z.int() }),
    handler: ({ item, count }) => ({ order: { id: 1, item }, count }),
  }),
  changeOrder: operation('PATCH /orders/{id}', {
    openWorld: false,
    destructive: false,
    idempotent: false,
    summary: 'Change an order',
    input: z.object({ id, item: text(20).describe('What to order') }),
    output: Order,
    errors: { 404: 'no order has that id' },
    handler({ id, item }, { fail }) {
      if (id > 9) throw fail(404, `No order has the id ${id}: list them first`)
      return { id, item }
    },
  }),
  deleteOrder: operation('DELETE /orders/{id}', {
    openWorld: false,
    summary: 'Delete an order',
    input: z.object({ id, reason: text(20).optional().describe('Why') }),
    output: z.object({ reason: z.string().optional() }),
    handler: ({ reason }) => ({ reason }),
  }),
  breakDown: operation('GET /trouble/{kind}', {
    openWorld: false,
    summary: 'Make trouble',
    input: z.object({
      kind: z.enum(['throw', 'misfit', 'long', 'slow', 'log']).describe('Which: throw, misfit, long, slow, log'),
    }),
    output: z.object({ text: z.string() }),
    async handler({ kind }, { signal, log }) {
      if (kind === 'throw') throw new Error('secret /srv/database password=hunter2')
      if (kind === 'misfit') return { text: 4_242_424_242 as unknown as string }
      if (kind === 'slow') await sleep(200, undefined, { signal })
      if (kind === 'log')
        log.info({ authorization: 'Bearer canary', deep: { token: 'canary' }, fine: 1 }, 'from a handler')
      return { text: kind === 'long' ? 'x'.repeat(100_001) : 'fine' }
    },
  }),
}

const whoAmI = userOperation('GET /me', {
  openWorld: false,
  summary: 'Say who asks',
  input: z.object({}),
  output: z.object({ id: z.string() }),
  handler: (_, { caller }) => ({ id: caller.id }),
})

const ada = async (known: boolean) => (known ? { id: 'ada', scopes: ['orders:read'] } : undefined)

export const openShop = (): Plugin => definePlugin({ ...facts, auth: none(), operations })

export const serviceShop = (authorizationType: 'bearer' | 'basic' = 'bearer'): Plugin =>
  definePlugin({
    ...facts,
    auth: serviceToken({
      tokens: ['an-older-secret-0123456789-0123456789', serviceSecret],
      verificationTokens: { openai: 'verify-me' },
      authorizationType,
    }),
    operations,
  })

export const userShop = (find: (digest: string) => boolean): Plugin =>
  definePlugin({
    ...facts,
    auth: userToken({ find: (digest) => ada(find(digest)) }),
    operations: { ...operations, whoAmI },
  })

export const oauthShop = (): Plugin =>
  definePlugin({
    ...facts,
    auth: oauth({
      scopes: { 'orders:read': 'Read your orders', 'orders:write': 'Change your orders' },
      authorizationUrl: '/oauth/authorize',
      tokenUrl: '/oauth/token',
      resourceMetadataUrl: `${publicUrl}/.well-known/oauth-protected-resource`,
      verify: (token) => ada(token === userSecret),
    }),
    operations: {
      whoAmI: userOperation('GET /me', {
        openWorld: false,
        summary: 'Say who asks',
        scope: 'orders:read',
        input: z.object({}),
        output: z.object({ id: z.string() }),
        handler: (_, { caller }) => ({ id: caller.id }),
      }),
      placeOrder: userOperation('POST /me/orders', {
        openWorld: false,
        destructive: false,
        idempotent: false,
        summary: 'Place an order',
        scope: 'orders:write',
        input: z.object({}),
        output: z.object({}),
        handler: () => ({}),
      }),
    },
  })

export type Shop = { api: ReturnType<typeof supertest>; lines: () => Record<string, unknown>[]; rawLog: () => string }

/** Serves a plugin to supertest, and keeps what it logs. */
export async function serveShop(plugin: Plugin, options: Partial<AppOptions> = {}): Promise<Shop> {
  let written = ''
  const log = createLog('info', false, {
    write(line) {
      written += line
    },
  })
  const app = await createApp(plugin, { publicUrl, log, ...options })
  return {
    api: supertest(app.callback()),
    rawLog: () => written,
    lines: () =>
      written
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  }
}
