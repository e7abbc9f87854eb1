import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFailureTest, startPlugin } from '@reference-plugins/testing/processes'

const folder = new URL('..', import.meta.url)

for (const [source, expected] of [
  ['sample', /data: sample: .*not current/],
  ['yahoo', /data: live: Yahoo Finance/],
] as const)
  test(`the start line names the source: ${source}`, async (t) => {
    const server = await startPlugin(folder, { NODE_ENV: 'development', STOCKS_SOURCE: source })
    t.after(() => server.end('SIGKILL'))
    assert.match(server.output(), expected)
  })

startFailureTest(folder, [[{ STOCKS_SOURCE: 'bloomberg' }, /STOCKS_SOURCE must be sample or yahoo/]])
