import { z } from 'zod'
import type { Host } from '../host.ts'
import { toCandidates } from '../registration/address.ts'
import type { RegistrationEvent } from '../wire.ts'
import { bodyOf } from './body.ts'
import { startEvents } from './events.ts'
import { part, type UserRoutes } from './routes.ts'

const secret = z.string().trim().min(1).max(4_096)
const Begin = z.object({ address: z.string().max(2_000), token: secret.optional() })
const Approval = z.object({
  serviceToken: secret.optional(),
  clientId: secret.optional(),
  clientSecret: secret.optional(),
})

export const registrationRoutes = (host: Host): UserRoutes => ({
  'POST /api/registrations': (user, ctx) => {
    const { address, token } = bodyOf(ctx, Begin)
    // A wrong address is answered with 422, before any event is sent.
    toCandidates(address)
    return startEvents<RegistrationEvent>(host.options.log, 'a registration', async (tell) => {
      const read = await host.registrar.read(address, {
        signal: AbortSignal.timeout(120_000),
        tell: (step) => tell({ type: 'step', step }),
        token,
      })
      const pending = await host.registrations.add(user, { address, ...read })
      return { type: 'end', registration: await host.presentation.registration(user, pending) }
    })
  },

  'GET /api/registrations/:id': async (user, ctx) =>
    host.presentation.registration(user, await host.registrations.get(user, part(ctx, 'id'))),

  'POST /api/registrations/:id/approve': async (user, ctx) => {
    const plugin = await host.approvals.approve(user, part(ctx, 'id'), bodyOf(ctx, Approval))
    return host.presentation.detail(user, plugin)
  },

  'POST /api/plugins/:id/refresh': async (user, ctx) => {
    const plugin = await host.plugins.owned(user, part(ctx, 'id'))
    return startEvents<RegistrationEvent>(host.options.log, 'a refresh', async (tell) => {
      const pending = await host.approvals.refresh(user, plugin, (step) => tell({ type: 'step', step }))
      return { type: 'end', registration: await host.presentation.registration(user, pending) }
    })
  },
})
