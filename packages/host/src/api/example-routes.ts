import type { Host } from '../host.ts'
import { part, type UserRoutes } from './routes.ts'

export const exampleRoutes = ({ examples, plugins, conversations, limits }: Host): UserRoutes => ({
  'GET /api/plugins/:id/examples': async (user, ctx) =>
    examples.list(user, await plugins.visible(user, part(ctx, 'id'))),

  'POST /api/plugins/:id/examples/:name': async (user, ctx) => {
    const plugin = await plugins.visible(user, part(ctx, 'id'))
    const { title, script } = await examples.find(user, plugin, part(ctx, 'name'))
    const end = await limits.begin(user, 'conversations')
    end()
    return conversations.addPlayed(user, title, script)
  },
})
