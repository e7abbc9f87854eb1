import { z } from 'zod'
import type { Host } from '../host.ts'
import { bodyOf } from './body.ts'
import type { UserRoutes } from './routes.ts'

const Choice = z.object({
  provider: z.enum(['openai-compatible', 'anthropic']),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be a URL, such as http://localhost:11434/v1' }).max(2_000),
  model: z.string().trim().min(1).max(200),
  apiKey: z.string().trim().max(4_096).optional(),
})

const Check = z.object({
  address: z.string().max(2_000),
  apiKey: z.string().trim().max(4_096).optional(),
  model: z.string().trim().min(1).max(200).optional(),
})

export const modelRoutes = ({ models, limits }: Host): UserRoutes => ({
  'GET /api/models': (user) => models.state(user),

  'POST /api/models/check': async (user, ctx) => {
    const input = bodyOf(ctx, Check)
    const end = await limits.begin(user, 'checks')
    return models.check(user, input).finally(end)
  },

  'PUT /api/models': async (user, ctx) => {
    const { apiKey, ...choice } = bodyOf(ctx, Choice)
    await models.choose(user, { ...choice, ...(apiKey !== undefined && { apiKey }), from: 'settings' })
    return models.state(user)
  },
})
