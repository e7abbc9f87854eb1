import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { developmentToken } from '../processes/development.ts'
import { type PluginProcess, startPlugin } from '../processes/plugin-process.ts'
import { temporaryDatabase } from '../temporary.ts'
import { fuzz } from './fuzz.ts'

const requests = Number(process.env.FUZZ_REQUESTS ?? 300)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

/**
 * Makes tests that send odd requests to a plugin: with a token and without where it is protected, otherwise once.
 * FUZZ_REQUESTS says how many, FUZZ_SEED repeats a run.
 * @param folder ends with a slash
 */
export function fuzzTests(folder: URL, { isProtected = true } = {}): void {
  const DATABASE_URL = temporaryDatabase()
  let server: PluginProcess
  before(async () => {
    // In development a protected plugin makes itself a token.
    const NODE_ENV = isProtected ? 'development' : 'production'
    server = await startPlugin(folder, { DATABASE_URL, NODE_ENV, LOG_LEVEL: 'info' })
  })
  after(() => server.end('SIGKILL'))
  for (const withToken of isProtected ? [true, false] : [false])
    test(`${requests} odd requests ${withToken ? 'with' : 'without'} a token are answered or refused (FUZZ_SEED=${seed})`, {
      timeout: 600_000,
    }, async () => {
      const token = developmentToken(DATABASE_URL)
      assert.equal(token !== undefined, isProtected)
      const started = server.output()
      const statuses = await fuzz(server, { requests, seed, ...(withToken && { authorization: `Bearer ${token}` }) })
      const expected = withToken || !isProtected ? [200, 400] : [401]
      for (const status of expected)
        assert.ok((statuses.get(status) ?? 0) > requests / 20, `some are answered with ${status}: ${[...statuses]}`)
      const logged = server.output().slice(started.length)
      assert.ok(token === undefined || !logged.includes(token), 'the token is not logged')
    })
}
