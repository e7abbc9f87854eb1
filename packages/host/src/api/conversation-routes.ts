import type Router from '@koa/router'
import { Problem } from '@reference-plugins/core'
import { z } from 'zod'
import { callsOf } from '../conversation/conversations.ts'
import type { EventStream } from '../conversation/event-stream.ts'
import { chooseTools, showPrompt, toPrompt } from '../conversation/prompt.ts'
import { toFile } from '../replay/conversation-file.ts'
import type { Call, Conversation, Message, TurnEvent } from '../wire.ts'
import { bodyOf } from './body.ts'
import { answerEvents } from './event-answer.ts'
import { type Api, type Context, part, type State } from './request.ts'

const id = z.string().max(100)
const Change = z.object({
  title: z.string().trim().min(1).max(80).optional(),
  plugins: z.array(id).max(1_000).optional(),
})
const Begin = z.object({ plugins: z.array(id).max(1_000).optional() })
const Said = z.object({ text: z.string().trim().min(1, 'must not be empty').max(50_000, 'at most 50,000 characters') })
const ByHand = z.object({ plugin: id, operation: z.string().max(100), arguments: z.record(z.string(), z.unknown()) })
const Decided = z.object({ decision: z.enum(['allow', 'always', 'refuse']), digest: z.string().max(200) })

export function conversationRoutes(router: Router<State>, { host, userOf }: Api): void {
  const { conversations, turns, plugins, credentials, selection, models, views } = host

  const answerTurn = (ctx: Context, events: EventStream<TurnEvent>) =>
    answerEvents(ctx, (signal) => events.listen(signal))

  router.get('/api/conversations', async (ctx) => {
    const { query } = ctx.query
    ctx.body = await conversations.list(userOf(ctx), typeof query === 'string' ? query.slice(0, 200) : undefined)
  })

  router.post('/api/conversations', async (ctx) => {
    const user = userOf(ctx)
    const given = bodyOf(ctx, Begin)
    // Nothing is enabled by itself where there are many: ChatGPT let the user choose, too.
    const active = [...(await credentials.activations(user))].flatMap(([plugin, state]) =>
      state === 'active' ? [plugin] : [],
    )
    ctx.body = await conversations.add(user, given.plugins ?? (active.length <= 10 ? active : []))
  })

  router.get('/api/conversations/:id', async (ctx) => {
    const user = userOf(ctx)
    const conversation = await conversations.get(user, part(ctx, 'id'))
    ctx.body = await withViews(user, { ...conversation, isRunning: turns.isRunning(user, conversation.id) })
  })

  router.patch('/api/conversations/:id', async (ctx) => {
    const user = userOf(ctx)
    const change = bodyOf(ctx, Change)
    await conversations.get(user, part(ctx, 'id'))
    for (const plugin of change.plugins ?? []) await plugins.visible(user, plugin)
    await conversations.change(user, part(ctx, 'id'), {
      ...(change.title !== undefined && { title: change.title }),
      ...(change.plugins !== undefined && { plugins: change.plugins }),
    })
    ctx.body = await conversations.get(user, part(ctx, 'id'))
  })

  router.delete('/api/conversations/:id', async (ctx) => {
    turns.stop(userOf(ctx), part(ctx, 'id'))
    await conversations.remove(userOf(ctx), part(ctx, 'id'))
    ctx.status = 204
  })

  router.post('/api/conversations/:id/messages', async (ctx) => {
    answerTurn(ctx, await turns.say(userOf(ctx), part(ctx, 'id'), bodyOf(ctx, Said).text))
  })

  router.post('/api/conversations/:id/calls', async (ctx) => {
    answerTurn(ctx, await turns.callByHand(userOf(ctx), part(ctx, 'id'), bodyOf(ctx, ByHand)))
  })

  router.post('/api/conversations/:id/calls/:call/decision', async (ctx) => {
    const { decision, digest } = bodyOf(ctx, Decided)
    answerTurn(ctx, await turns.decide(userOf(ctx), part(ctx, 'id'), part(ctx, 'call'), decision, digest))
  })

  router.get('/api/conversations/:id/events', async (ctx) => {
    await conversations.get(userOf(ctx), part(ctx, 'id'))
    if (!turns.isRunning(userOf(ctx), part(ctx, 'id'))) throw new Problem(404, 'Nothing runs in this conversation')
    answerEvents(ctx, (signal) => turns.listen(userOf(ctx), part(ctx, 'id'), signal) ?? none())
  })

  router.post('/api/conversations/:id/stop', async (ctx) => {
    await conversations.get(userOf(ctx), part(ctx, 'id'))
    turns.stop(userOf(ctx), part(ctx, 'id'))
    ctx.status = 204
  })

  router.get('/api/conversations/:id/prompt', async (ctx) => {
    const user = userOf(ctx)
    const { text } = ctx.query
    const conversation = await conversations.get(user, part(ctx, 'id'))
    if (typeof text === 'string' && text.trim() !== '') conversation.messages.push(asMessage(text.slice(0, 50_000)))
    const tools = await chooseTools({ plugins, credentials, selection }, user, conversation)
    const request = toPrompt(conversation, tools, new AbortController().signal)
    ctx.body = await showPrompt(request, tools, await models.open(user))
  })

  router.get('/api/conversations/:id/file', async (ctx) => {
    const user = userOf(ctx)
    const conversation = await conversations.get(user, part(ctx, 'id'))
    ctx.attachment('conversation.md')
    ctx.type = 'text/markdown; charset=utf-8'
    ctx.body = toFile(conversation, await plugins.allVisible(user))
  })

  router.get('/api/calls/:id/view', async (ctx) => {
    const user = userOf(ctx)
    const call = await conversations.call(user, part(ctx, 'id'))
    const plugin = await plugins.visible(user, call.plugin.id)
    const uri = await views.find(user, plugin, viewName(call))
    if (uri === undefined) throw new Problem(404, 'The operation has no view')
    const html = await views.read(user, plugin, uri).catch((error: Error) => {
      throw new Problem(502, `The view cannot be read: ${error.message}`)
    })
    // It runs alone: another origin than the page's, and no way to the network.
    ctx.set({
      'Content-Security-Policy':
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'",
      'Cache-Control': 'private, max-age=300',
    })
    ctx.type = 'html'
    ctx.body = html
  })

  /** Cards of calls whose plugin has a view of the answer. */
  async function withViews(user: string, conversation: Conversation): Promise<Conversation> {
    const calls = conversation.messages
      .flatMap(({ parts }) => callsOf(parts))
      .filter(({ state, response }) => state === 'done' && (response?.status ?? 500) < 300)
    const known = new Map<string, Awaited<ReturnType<typeof plugins.visible>>>()
    for (const call of calls.slice(-50)) {
      const plugin = known.get(call.plugin.id) ?? (await plugins.visible(user, call.plugin.id).catch(() => undefined))
      if (!plugin) continue
      known.set(call.plugin.id, plugin)
      if ((await views.find(user, plugin, viewName(call))) !== undefined) call.view = { title: call.title }
    }
    return conversation
  }
}

const viewName = ({ operation }: Call): string => operation
const asMessage = (text: string): Message => ({ id: '', role: 'user', parts: [{ type: 'text', text }], at: '' })
async function* none(): AsyncGenerator<never> {}
