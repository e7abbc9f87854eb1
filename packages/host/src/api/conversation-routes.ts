import { z } from 'zod'
import { chooseTools, showPrompt, toPrompt } from '../conversation/prompt.ts'
import type { Host } from '../host.ts'
import { toFile } from '../replay/conversation-file.ts'
import type { Message } from '../wire.ts'
import { bodyOf } from './body.ts'
import { withViews } from './call-routes.ts'
import { part, type UserRoutes } from './routes.ts'

const id = z.string().max(100)
const Change = z.object({
  title: z.string().trim().min(1).max(80).optional(),
  plugins: z.array(id).max(1_000).optional(),
})
const Copy = z.object({ before: id.optional() })
const Begin = z.object({ plugins: z.array(id).max(1_000).optional() })

export const conversationRoutes = (host: Host): UserRoutes => ({
  'GET /api/conversations': (user, { query: { query } }) =>
    host.conversations.list(user, typeof query === 'string' ? query.slice(0, 200) : undefined),

  'POST /api/conversations': async (user, ctx) => {
    const given = bodyOf(ctx, Begin)
    await host.limits.count(user, 'conversations')
    // A user with many active plugins chooses among them, as in ChatGPT.
    const active = await host.activations.active(user)
    return host.conversations.add(user, given.plugins ?? (active.length <= 10 ? active : []))
  },

  'GET /api/conversations/:id': async (user, ctx) => {
    const conversation = await host.conversations.get(user, part(ctx, 'id'))
    return withViews(host, user, {
      ...conversation,
      isRunning: (await host.turns.running(user, conversation.id)) !== undefined,
    })
  },

  'PATCH /api/conversations/:id': async (user, ctx) => {
    const { title, plugins } = bodyOf(ctx, Change)
    await host.conversations.get(user, part(ctx, 'id'))
    for (const plugin of plugins ?? []) await host.plugins.visible(user, plugin)
    await host.conversations.change(user, part(ctx, 'id'), {
      ...(title !== undefined && { title }),
      ...(plugins !== undefined && { plugins }),
    })
    return host.conversations.get(user, part(ctx, 'id'))
  },

  'DELETE /api/conversations/:id': async (user, ctx) => {
    await host.turns.stop(user, part(ctx, 'id'))
    await host.conversations.remove(user, part(ctx, 'id'))
  },

  'POST /api/conversations/:id/copy': async (user, ctx) => {
    const { before } = bodyOf(ctx, Copy)
    await host.limits.count(user, 'conversations')
    return host.conversations.copy(user, part(ctx, 'id'), before)
  },

  'GET /api/conversations/:id/prompt': async (user, ctx) => {
    const { text } = ctx.query
    const conversation = await host.conversations.get(user, part(ctx, 'id'))
    if (typeof text === 'string' && text.trim() !== '') conversation.messages.push(toMessage(text.slice(0, 50_000)))
    const tools = await chooseTools(host, user, conversation)
    const request = toPrompt(conversation, tools, new AbortController().signal)
    return showPrompt(request, tools, await host.models.open(user))
  },

  'GET /api/conversations/:id/file': async (user, ctx) => {
    const conversation = await host.conversations.get(user, part(ctx, 'id'))
    ctx.attachment('conversation.md')
    ctx.type = 'text/markdown; charset=utf-8'
    ctx.body = toFile(conversation, await host.plugins.allVisible(user))
  },
})

const toMessage = (text: string): Message => ({ id: '', role: 'user', parts: [{ type: 'text', text }], at: '' })
