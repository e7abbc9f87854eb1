import { Problem } from '@reference-plugins/core'
import { callsOf } from '../conversation/conversations.ts'
import type { Host } from '../host.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { containedView, viewPolicy } from '../views/contained-view.ts'
import type { Conversation } from '../wire.ts'
import { part, type UserRoutes } from './routes.ts'

export const callRoutes = ({ conversations, plugins, views, liveViews }: Host): UserRoutes => ({
  'GET /api/calls/:id/view': async (user, ctx) => {
    const call = await conversations.call(user, part(ctx, 'id'))
    const plugin = await plugins.visible(user, call.plugin.id)
    const uri = await views.find(user, plugin, call.operation)
    if (uri === undefined) throw new Problem(404, 'The operation has no view')
    const html = await views.read(user, plugin, uri).catch((error: Error) => {
      throw new Problem(502, `The view could not be read: ${error.message}`)
    })
    const conversation = await conversations.conversationOf(call)
    if (conversation !== undefined) await liveViews.open(user, conversation, call.id)
    ctx.set({
      'Content-Security-Policy': viewPolicy,
      // The host must see that it is opened again.
      'Cache-Control': 'no-store',
      'X-DNS-Prefetch-Control': 'off',
    })
    ctx.type = 'html'
    ctx.body = containedView(html)
  },
})

/** Marks the successful calls whose plugin has a view of the answer. */
export async function withViews(
  { plugins, views }: Pick<Host, 'plugins' | 'views'>,
  user: string,
  conversation: Conversation,
): Promise<Conversation> {
  const calls = conversation.messages
    .flatMap(({ parts }) => callsOf(parts))
    // A view of what a view has called could call again without end.
    .filter(
      ({ state, response, viewOf }) => viewOf === undefined && state === 'done' && (response?.status ?? 500) < 300,
    )
  const known = new Map<string, RegisteredPlugin>()
  for (const call of calls.slice(-50)) {
    const plugin = known.get(call.plugin.id) ?? (await plugins.visible(user, call.plugin.id).catch(() => undefined))
    if (!plugin) continue
    known.set(call.plugin.id, plugin)
    if ((await views.find(user, plugin, call.operation)) !== undefined) call.view = { title: call.title }
  }
  return conversation
}
