import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { checkPlugin } from '@reference-plugins/contract'
import { closePlugin, createApp, createLog, listen } from '@reference-plugins/core'
import { openActingShop } from '../../core/test/acting-fixture.ts'

test('the contract tester finds nothing in operations of core that act', async (t) => {
  const { plugin, setPrice } = await openActingShop()
  await setPrice(350)
  const lifecycle = { stopping: false }
  const handler: { callback?: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> } = {}
  const running = await listen((request, response) => handler.callback?.(request, response), {
    host: '127.0.0.1',
    port: 0,
    lifecycle,
  })
  t.after(async () => {
    running.server.closeAllConnections()
    await running.stop()
    await closePlugin(plugin)
  })
  const baseUrl = `http://127.0.0.1:${(running.server.address() as AddressInfo).port}`
  const options = { publicUrl: baseUrl, log: createLog('silent', false), lifecycle, rateLimit: 1_000_000 }
  handler.callback = (await createApp(plugin, options)).callback()
  const report = await checkPlugin({
    baseUrl,
    token: 'token-of-ada',
    secondToken: 'token-of-bob',
    values: { item: 'bread' },
  })
  assert.deepEqual(report.findings, [])
  for (const id of ['buy', 'buyAfterQuestion', 'sendParcel', 'returnPurchase'])
    assert.ok(report.answered.has(id), `${id} was never answered with 2xx`)
  assert.deepEqual(
    report.untested.filter(({ what }) => /key|confirm/.test(what)),
    [
      { subject: 'buyAfterQuestion', what: 'a key with other input', reason: 'no other input was accepted' },
      { subject: 'returnPurchase', what: 'a key with other input', reason: 'no other input was accepted' },
    ],
  )
})
