import type Router from '@koa/router'
import { z } from 'zod'
import { bodyOf } from './body.ts'
import type { Api, State } from './request.ts'

const Choice = z.object({
  provider: z.enum(['openai-compatible', 'anthropic']),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be a URL, such as http://localhost:11434/v1' }).max(2_000),
  model: z.string().trim().min(1).max(200),
  apiKey: z.string().trim().max(4_096).optional(),
})

export function modelRoutes(router: Router<State>, { host: { models }, userOf }: Api): void {
  router.get('/api/models', async (ctx) => {
    ctx.body = await models.state(userOf(ctx))
  })

  router.put('/api/models', async (ctx) => {
    const user = userOf(ctx)
    const { apiKey, ...choice } = bodyOf(ctx, Choice)
    await models.choose(user, { ...choice, ...(apiKey !== undefined && { apiKey }), from: 'settings' })
    ctx.body = await models.state(user)
  })

  router.delete('/api/models', async (ctx) => {
    const user = userOf(ctx)
    await models.forget(user)
    ctx.body = await models.state(user)
  })
}
