// Imported first, because a plugin keeps the function that hashes.
import './cheap-passwords.ts'
import type { AddressInfo } from 'node:net'
import { before, test } from 'node:test'
import { type Code, type ContractOptions, checkPlugin, type Report, rules } from '@reference-plugins/contract'
import { closePlugin, createApp, createLog, listen, type Plugin } from '@reference-plugins/core'
import { developmentClient, developmentToken } from './processes/development.ts'
import { temporaryDatabase } from './temporary.ts'

/** What the tests create a plugin with: a new database, in development, where the plugin makes itself a token. */
export interface ContractSettings {
  PUBLIC_URL: string
  DATABASE_URL: string
  NODE_ENV: 'development'
}

/** In seconds. On a busy machine a run takes several times as long as usual, and must not leave anything out. */
const maxTime = 240

/** The rules about what the data of a plugin becomes from call to call. */
export const ofKeptData: readonly Code[] = [
  'created-not-found',
  'deleted-still-there',
  'created-not-listed',
  'creation-lost',
  'id-twice',
  'value-lost',
  'value-ignored',
  'change-lost',
  'change-clobbers',
  'change-of-deleted',
  'unknown-answered',
  'total-wrong',
  'limit-ignored',
  'filter-wrong',
  'search-wrong',
  'sort-wrong',
  'page-lost',
  'page-endless',
]

/**
 * Makes a test of each rule of the contract tester for one plugin: `contractTests(createTodoPlugin)`. Warnings fail as
 * errors do. `expectAnswers` names operations that must answer with 2xx at least once. `keepsNothing` leaves out the rules
 * about kept data, for a plugin whose API is a stand-in that always answers the same.
 */
export function contractTests(
  createPlugin: (settings: ContractSettings) => Promise<Plugin>,
  {
    expectAnswers = [],
    keepsNothing = false,
    ...options
  }: Partial<ContractOptions> & { expectAnswers?: readonly string[]; keepsNothing?: boolean } = {},
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
    report = await checkPlugin({ baseUrl: publicUrl, maxTime, ...tokens, ...options })
    running.server.closeAllConnections()
    await running.stop()
    await closePlugin(plugin)
  })
  test('operations answer with 2xx', () => {
    if (report.answered.size === 0) throw new Error('no operation answered with 2xx')
    for (const id of expectAnswers) if (!report.answered.has(id)) throw new Error(`${id} never answered with 2xx`)
  })
  const codes = (Object.keys(rules) as Code[]).filter((code) => !keepsNothing || !ofKeptData.includes(code))
  for (const code of codes)
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
