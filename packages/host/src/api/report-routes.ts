import { checkPlugin, rules } from '@reference-plugins/contract'
import { Problem } from '@reference-plugins/core'
import type { Host } from '../host.ts'
import type { ReportEvent } from '../wire.ts'
import { startEvents } from './events.ts'
import { part, type UserRoutes } from './routes.ts'

export const reportRoutes = ({ plugins, credentials, options }: Host): UserRoutes => ({
  'POST /api/plugins/:id/report': async (user, ctx) => {
    const plugin = await plugins.owned(user, part(ctx, 'id'))
    const { texts, document } = plugin
    const { server, source, auth } = document
    const { origin } = new URL(server)
    // It fetches whatever the manifest and the spec name: a developer wants that, a stranger must not have it.
    if (!options.development)
      throw new Problem(
        409,
        `The contract test runs in development only: pnpm contract ${source === 'spec' ? texts.specUrl : origin} does the same`,
      )
    const token = await credentials.authorization(user, plugin).catch(() => undefined)
    const { manifestUrl, specUrl } = texts
    const found = source === 'mcp' ? { mcpUrl: server } : { manifestUrl, specUrl, server }
    // The tester sends it where the spec says.
    const secret = auth.keyHeader === undefined ? token : token?.replace(/^\w+ /, '')
    const settings = { baseUrl: origin, found, token: secret }
    return startEvents<ReportEvent>(options.log, 'a report', async (tell) => {
      const onProgress = (what: string) => tell({ type: 'progress', what })
      return toReport(await checkPlugin({ ...settings, safe: true, maxTime: 60, onProgress }))
    })
  },
})

const toReport = ({ calls, untested, findings }: Awaited<ReturnType<typeof checkPlugin>>): ReportEvent => ({
  type: 'end',
  calls,
  untested: untested.map(({ subject, what, reason }) => ({ subject, what, why: reason })),
  findings: findings.map(({ code, severity, subject, detail: message, curl }) => {
    const { title, advice } = rules[code]
    return { code, severity, subject, title, message, advice, ...(curl !== undefined && { curl }) }
  }),
})
