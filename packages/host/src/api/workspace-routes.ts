import type { Host } from '../host.ts'
import type { RegistrationEvent } from '../wire.ts'
import { startEvents } from './events.ts'
import { part, type UserRoutes } from './routes.ts'

export const workspaceRoutes = ({ workspace, options: { log } }: Host): UserRoutes => ({
  'GET /api/workspace': (user) => workspace.list(user),

  'POST /api/workspace/:name': (user, ctx) => {
    const local = workspace.find(part(ctx, 'name'))
    return startEvents<RegistrationEvent>(log, 'a registration', async (tell) => ({
      type: 'end',
      registration: await workspace.register(user, local, (step) => tell({ type: 'step', step })),
    }))
  },
})
