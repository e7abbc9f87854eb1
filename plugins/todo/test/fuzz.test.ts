import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz, startPlugin } from '@reference-plugins/contract'

const requests = Number(process.env.FUZZ_REQUESTS ?? 10_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31)

test(`${requests} random requests cause no server error (FUZZ_SEED=${seed})`, {
  timeout: 600_000,
}, async () => {
  const server = await startPlugin(new URL('..', import.meta.url), { LOG_LEVEL: 'info' })
  try {
    const statuses = await fuzz(server, { requests, seed })
    assert.ok((statuses.get(200) ?? 0) > requests / 20, `some are answered: ${[...statuses]}`)
    assert.ok((statuses.get(400) ?? 0) > requests / 20, `some are refused: ${[...statuses]}`)
  } finally {
    await server.end('SIGKILL')
  }
})
