import { Problem } from '@reference-plugins/core'
import type { Host } from '../host.ts'
import { testContract } from '../plugins/contract-test.ts'
import type { ReportEvent } from '../wire.ts'
import { startEvents } from './events.ts'
import { part, type UserRoutes } from './routes.ts'

export const reportRoutes = ({ plugins, credentials, options }: Host): UserRoutes => ({
  'POST /api/plugins/:id/report': async (user, ctx) => {
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    // It fetches whatever the manifest and the spec name: a developer wants that, a stranger must not have it.
    if (!options.development)
      throw new Problem(
        409,
        `The contract test runs in development only: pnpm contract ${plugin.address} does the same`,
      )
    const token = await credentials.authorization(user, plugin).catch(() => undefined)
    return startEvents<ReportEvent>(options.log, 'a report', (tell) => testContract(plugin, token, tell))
  },
})
