import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fuzz } from '../src/fuzz/index.ts'
import type { PluginProcess } from '../src/processes/index.ts'

const spec = {
  openapi: '3.1.0',
  paths: {
    '/notes/{id}': {
      get: { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] },
      put: {
        requestBody: { content: { 'application/json': { schema: { properties: { text: { type: 'string' } } } } } },
      },
    },
  },
}

function refuse(response: ServerResponse, status: number): void {
  const problem = { status, detail: 'This does not exist: see /openapi.json' }
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
}

/** Serves the spec, and correctly refuses whatever `answer` does not answer. */
async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<PluginProcess> {
  const server = createServer((request, response) => {
    if (request.url === '/openapi.json') return response.end(JSON.stringify(spec))
    if (!answer(request, response)) refuse(response, 404)
  })
  server.on('checkExpectation', (_, response) => refuse(response, 417))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const { pid } = process
  const running = { pid, exitCode: null } as ChildProcess
  return { url: `http://127.0.0.1:${port}`, port, process: running, output: () => '', end: async () => null }
}

const run = (server: PluginProcess) => fuzz(server, { requests: 300, seed: 1 })

test('a server that refuses everything correctly passes', async (t) => {
  const statuses = await run(await serve(t, () => false))
  assert.ok((statuses.get(404) ?? 0) > 100, `${[...statuses]}`)
})

for (const [what, fault, answer] of [
  ['a server error', /status 500.*"method":"PUT"/s, (response: ServerResponse) => response.writeHead(500).end()],
  ['a refusal in plain text', /problem\+json/, (response: ServerResponse) => response.writeHead(400).end('no')],
  [
    'a refusal without a detail',
    /does not say what is wrong/,
    (response: ServerResponse) =>
      response
        .writeHead(400, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ status: 400, detail: '' })),
  ],
  ['no answer', /no answer in 10 seconds.*"method":"PUT"/s, () => {}],
] as const)
  test(`${what} fails with the request that led to it`, async (t) => {
    const server = await serve(t, ({ method }, response) => {
      if (method === 'PUT') answer(response)
      return method === 'PUT'
    })
    await assert.rejects(run(server), fault)
  })
