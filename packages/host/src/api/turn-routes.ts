import { Problem } from '@reference-plugins/core'
import { z } from 'zod'
import type { Host } from '../host.ts'
import { bodyOf } from './body.ts'
import { part, type UserRoutes } from './routes.ts'

const Said = z.object({ text: z.string().trim().min(1, 'must not be empty').max(50_000, 'at most 50,000 characters') })
const ByHand = z.object({
  plugin: z.string().max(100),
  operation: z.string().max(100),
  arguments: z.record(z.string(), z.unknown()),
})
const ByView = ByHand.omit({ plugin: true })
const Decided = z.object({ decision: z.enum(['allow', 'always', 'refuse']), digest: z.string().max(300) })

export const turnRoutes = ({ conversations, turns }: Host): UserRoutes => ({
  'POST /api/conversations/:id/messages': (user, ctx) => turns.say(user, part(ctx, 'id'), bodyOf(ctx, Said).text),

  'POST /api/conversations/:id/play': (user, ctx) => turns.play(user, part(ctx, 'id')),

  'POST /api/conversations/:id/calls': (user, ctx) => turns.callByHand(user, part(ctx, 'id'), bodyOf(ctx, ByHand)),

  'POST /api/conversations/:id/calls/:call/view-calls': (user, ctx) =>
    turns.callByView(user, part(ctx, 'id'), part(ctx, 'call'), bodyOf(ctx, ByView)),

  'POST /api/conversations/:id/calls/:call/decision': (user, ctx) => {
    const { decision, digest } = bodyOf(ctx, Decided)
    return turns.decide(user, part(ctx, 'id'), part(ctx, 'call'), decision, digest)
  },

  'POST /api/conversations/:id/calls/:call/repeat': (user, ctx) =>
    turns.repeat(user, part(ctx, 'id'), part(ctx, 'call')),

  'GET /api/conversations/:id/events': async (user, ctx) => {
    await conversations.get(user, part(ctx, 'id'))
    const events = await turns.running(user, part(ctx, 'id'))
    if (!events) throw new Problem(404, 'This conversation is not running')
    return events
  },

  'POST /api/conversations/:id/stop': async (user, ctx) => {
    await conversations.get(user, part(ctx, 'id'))
    await turns.stop(user, part(ctx, 'id'))
  },
})
