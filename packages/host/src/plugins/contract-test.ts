import { checkPlugin, rules } from '@reference-plugins/contract'
import type { ReportEvent } from '../wire.ts'
import type { RegisteredPlugin } from './plugins.ts'

/** Runs the contract test against the plugin's server. It makes no calls that change anything. */
export async function testContract(
  plugin: RegisteredPlugin,
  token: string | undefined,
  tell: (event: ReportEvent) => void,
): Promise<ReportEvent> {
  const { calls, untested, findings } = await checkPlugin({
    baseUrl: new URL(plugin.document.server).origin,
    ...(token !== undefined && { token }),
    safe: true,
    maxTime: 60,
    onProgress: (what) => tell({ type: 'progress', what }),
  })
  return {
    type: 'end',
    calls,
    untested: untested.map(({ subject, what, reason }) => ({ subject, what, why: reason })),
    findings: findings.map(({ code, severity, subject, detail: message, curl }) => {
      const { title, advice } = rules[code]
      return { code, severity, subject, title, message, advice, ...(curl !== undefined && { curl }) }
    }),
  }
}
