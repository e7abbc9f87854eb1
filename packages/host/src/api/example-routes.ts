import { z } from 'zod'
import type { Host } from '../host.ts'
import { bodyOf } from './body.ts'
import { part, type UserRoutes } from './routes.ts'

const File = z.object({ text: z.string().max(200_000, 'at most 200,000 characters') })

export const exampleRoutes = ({ examples, plugins, conversations, limits }: Host): UserRoutes => ({
  'GET /api/plugins/:id/examples': async (user, ctx) =>
    examples.list(user, await plugins.visible(user, part(ctx, 'id'))),

  'POST /api/plugins/:id/examples/:name': async (user, ctx) => {
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    const playable = await examples.find(user, plugin, part(ctx, 'name'))
    await limits.count(user, 'conversations')
    return conversations.addPlayed(user, playable)
  },

  'POST /api/examples': async (user, ctx) => {
    const playable = await examples.ofFile(user, bodyOf(ctx, File).text)
    await limits.count(user, 'conversations')
    return conversations.addPlayed(user, playable)
  },
})
