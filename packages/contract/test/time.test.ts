import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { exchange } from '../src/calls/exchange.ts'
import { checkPlugin } from '../src/run.ts'

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answer = { description: 'Fine', content: { 'application/json': { schema: { type: 'object' } } } }
const operation = (operationId: string) => ({ get: { operationId, summary: 'Reads', responses: { 200: answer } } })

/** A server whose operations `/slow/a` and so on never end their answers. */
async function serveHanging(t: TestContext, hang: RequestListener, letters: string): Promise<string> {
  const url = await serve(t, (request, response) => {
    const paths = {
      '/good': operation('good'),
      ...Object.fromEntries(Array.from(letters, (letter) => [`/slow/${letter}`, operation(`slow-${letter}`)])),
    }
    const documents: Record<string, unknown> = {
      '/openapi.yaml': { openapi: '3.1.0', info: { title: 'Slow', version: '1' }, servers: [{ url }], paths },
      '/good': {},
    }
    const document = documents[request.url ?? '']
    response.setHeader('content-type', 'application/json')
    if (document) return void response.end(JSON.stringify(document))
    if (request.url?.startsWith('/slow/')) return hang(request, response)
    response.writeHead(404).end('{}')
  })
  return url
}

test('a call that hangs is reported once, and does not hold up the run', async (t) => {
  const baseUrl = await serveHanging(t, () => {}, 'ab')
  const began = performance.now()
  const report = await checkPlugin({ baseUrl, callTime: 1 })
  assert.ok(performance.now() - began < 40_000)
  assert.ok(report.answered.has('good'))
  assert.deepEqual(
    report.findings.filter(({ code }) => code === 'answer-too-slow').map(({ severity }) => severity)[0],
    'error',
  )
  assert.equal(report.findings.filter(({ code }) => code === 'unreachable').length, 0)
})

test('a run ends with its time, with what it found so far and a list of what it did not reach', async (t) => {
  const baseUrl = await serveHanging(t, () => {}, 'abcd')
  const began = performance.now()
  const report = await checkPlugin({ baseUrl, maxTime: 2 })
  assert.ok(performance.now() - began < 20_000)
  assert.ok(report.findings.length > 0)
  assert.equal(report.findings.filter(({ code }) => code === 'answer-too-slow' || code === 'unreachable').length, 0)
  const unreached = report.untested.filter(({ reason }) => reason.includes('--max-time')).map(({ subject }) => subject)
  for (const subject of ['slow-d', 'operations', 'mcp']) assert.ok(unreached.includes(subject), `${unreached}`)
})

test('an answer without an end is read only in part', async (t) => {
  const url = await serve(t, (request, response) => {
    const isStream = request.url === '/events'
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
    if (isStream) return void response.write('data: 1\n\n')
    const chunk = Buffer.alloc(1_000_000, 'x')
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      response.once('drain', write)
    }
    write()
  })
  const stream = await exchange(`${url}/events`)
  assert.deepEqual([stream.status, stream.text, stream.isCut], [200, 'data: 1\n\n', true])
  const endless = await exchange(`${url}/endless`)
  assert.equal(endless.isCut, true)
  assert.ok(endless.text.length < 20_000_000)
})
