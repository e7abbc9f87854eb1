import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTime } from '../../src/acp/in-time.ts'

test('work that takes too long is answered with 503, and quick work with its result', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  assert.equal(await inTime(Promise.resolve('done')), 'done')
  const late = inTime(new Promise(() => {}))
  t.mock.timers.tick(40_000)
  await assert.rejects(late, { status: 503, code: 'service_unavailable', headers: { 'retry-after': '5' } })
})
