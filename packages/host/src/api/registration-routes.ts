import { z } from 'zod'
import type { Host } from '../host.ts'
import { toCandidates } from '../registration/address.ts'
import type { Registration, RegistrationEvent, RegistrationStep } from '../wire.ts'
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

export function registrationRoutes(host: Host): UserRoutes {
  const { registrations, approvals, presentation, workspace, limits, options } = host

  async function startSteps(
    user: string,
    what: string,
    work: (tell: (step: RegistrationStep) => void) => Promise<Registration>,
  ) {
    const end = await limits.begin(user, 'registrations')
    return startEvents<RegistrationEvent>(options.log, what, async (tell) => {
      const registration = await work((step) => tell({ type: 'step', step })).finally(end)
      return { type: 'end', registration }
    })
  }

  return {
    'POST /api/registrations': (user, ctx) => {
      const { address, token } = bodyOf(ctx, Begin)
      // A wrong address is answered with 422, before any event is sent.
      toCandidates(address)
      return startSteps(user, 'a registration', async (tell) =>
        presentation.registration(user, await approvals.read(user, address, { tell, token })),
      )
    },

    'GET /api/registrations/:id': async (user, ctx) =>
      presentation.registration(user, await registrations.get(user, part(ctx, 'id'))),

    'POST /api/registrations/:id/approve': async (user, ctx) =>
      presentation.detail(user, await approvals.approve(user, part(ctx, 'id'), bodyOf(ctx, Approval))),

    'POST /api/plugins/:id/refresh': async (user, ctx) => {
      const plugin = await host.plugins.owned(user, part(ctx, 'id'))
      return startSteps(user, 'a refresh', async (tell) =>
        presentation.registration(user, await approvals.refresh(user, plugin, tell)),
      )
    },

    'GET /api/workspace': (user) => workspace.list(user),

    'POST /api/workspace/:name': (user, ctx) => {
      const local = workspace.find(part(ctx, 'name'))
      return startSteps(user, 'a registration', (tell) => workspace.register(user, local, tell))
    },

    'POST /api/workspace/:name/activation': async (user, ctx) =>
      presentation.detail(user, await workspace.activate(user, workspace.find(part(ctx, 'name')))),
  }
}
