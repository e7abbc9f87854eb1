import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fuzz, startPlugin, temporaryDatabase } from '@reference-plugins/contract'

const requests = Number(process.env.FUZZ_REQUESTS ?? 2_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

for (const withToken of [true, false])
  test(`${requests} random requests ${withToken ? 'with' : 'without'} a token cause no server error (FUZZ_SEED=${seed})`, {
    timeout: 600_000,
  }, async () => {
    const DATABASE_URL = temporaryDatabase()
    const server = await startPlugin(new URL('..', import.meta.url), { DATABASE_URL, NODE_ENV: 'development' })
    const token = readFileSync(join(dirname(DATABASE_URL.slice('file:'.length)), 'access-token'), 'utf8')
    try {
      const statuses = await fuzz(server, { requests, seed, ...(withToken && { authorization: `Bearer ${token}` }) })
      const enough = requests / 20
      if (withToken) assert.ok((statuses.get(200) ?? 0) > enough, `some are answered: ${[...statuses]}`)
      if (withToken) assert.ok((statuses.get(400) ?? 0) > enough, `some are refused: ${[...statuses]}`)
      if (!withToken) assert.ok((statuses.get(401) ?? 0) > enough, `operations are refused: ${[...statuses]}`)
      assert.ok(!server.output().includes(token), 'the token is not logged')
    } finally {
      await server.end('SIGKILL')
    }
  })
