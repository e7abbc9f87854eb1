import type { AddressInfo } from 'node:net'
import { before, test } from 'node:test'
import { closePlugin, createApp, createLog, listen, type Plugin } from '@reference-plugins/core'
import type { Report } from './finding.ts'
import { temporaryDatabase } from './plugin-process.ts'
import { type Code, rules } from './rules.ts'
import { type ContractOptions, checkPlugin } from './run.ts'
import { developmentClient, developmentToken } from './workspace.ts'

/** What a plugin is created with for the tests: a new database, in development, where it makes itself a token. */
export interface ContractSettings {
  PUBLIC_URL: string
  DATABASE_URL: string
  NODE_ENV: 'development'
}

/**
 * Makes a test of each rule for one plugin, in its own test file:
 * `contractTests(createTodoPlugin)`. Warnings fail as errors do. `expectAnswers` names operations that must have
 * answered with 2xx, where it takes more than one of them to prove anything.
 */
export function contractTests(
  createPlugin: (settings: ContractSettings) => Promise<Plugin>,
  { expectAnswers = [], ...options }: Partial<ContractOptions> & { expectAnswers?: readonly string[] } = {},
): void {
  let report: Report
  before(async () => {
    const lifecycle = { stopping: false }
    const handler: { callback?: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> } = {}
    const running = await listen((request, response) => handler.callback?.(request, response), {
      host: '127.0.0.1',
      port: 0,
      lifecycle,
    })
    const publicUrl = `http://127.0.0.1:${(running.server.address() as AddressInfo).port}`
    const database = temporaryDatabase()
    const plugin = await createPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, NODE_ENV: 'development' })
    const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), lifecycle, rateLimit: 1_000_000 })
    handler.callback = app.callback()
    const tokens = {
      token: developmentToken(database),
      secondToken: developmentToken(database, 'second-'),
      oauth: developmentClient(database),
    }
    report = await checkPlugin({ baseUrl: publicUrl, ...tokens, ...options })
    running.server.closeAllConnections()
    await running.stop()
    await closePlugin(plugin)
  })
  test('the operations answer', () => {
    if (report.answered.size === 0) throw new Error('no operation answered with 2xx')
    for (const id of expectAnswers) if (!report.answered.has(id)) throw new Error(`${id} never answered with 2xx`)
  })
  for (const code of Object.keys(rules) as Code[])
    test(`${code} (${rules[code].title})`, () => {
      const found = report.findings.filter((finding) => finding.code === code)
      if (found.length === 0) return
      throw new Error(
        found
          .map(({ subject, detail, curl }) => `${subject}: ${detail}. ${rules[code].advice}.\n${curl ?? ''}`)
          .join('\n'),
      )
    })
}
