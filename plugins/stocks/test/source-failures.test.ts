import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SourceError } from '../src/prices/stock-source.ts'
import { serveStocks } from './fixture.ts'
import { createSlowSource } from './slow-source.ts'

test('a failure of the source is reported with its status and when to try again', async () => {
  for (const [error, status] of [
    [new SourceError(503, 'The source is down', { retryAfter: 7 }), 503],
    [new SourceError(502, 'The source sent nonsense', { retryAfter: 7 }), 502],
    [new Error('secret of the plugin'), 500],
  ] as const) {
    const { source, state } = createSlowSource()
    state.error = error
    const { api } = await serveStocks(source)
    for (const path of ['/quotes?symbols=A', '/symbols?query=a', '/history/A']) {
      const answer = await api.get(path).expect(status)
      if (status !== 500) assert.equal(answer.headers['retry-after'], '7')
      assert.doesNotMatch(answer.text, /secret/)
    }
  }
})

test('a history that is too long for one response is refused, and the message says what to do', async () => {
  const { source, state } = createSlowSource()
  state.points = 301
  const { api } = await serveStocks(source)
  assert.match((await api.get('/history/A').expect(422)).body.detail, /shorter range or a longer interval/)
  state.interval = '1mo'
  assert.match((await api.get('/history/C').expect(422)).body.detail, /shorter range$/)
  state.points = 300
  const { text } = await api.get('/history/B').expect(200)
  assert.ok(text.length < 16_000, `${text.length} characters`)
})
