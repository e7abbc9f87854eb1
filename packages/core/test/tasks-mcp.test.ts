import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTaskSessionFromClient, toolDeclarationFromMcpTool } from '@modelcontextprotocol/ext-tasks/client'
import { closePlugin, Problem } from '../src/index.ts'
import { openBakery, TestOven } from './bakery.ts'
import { type Era, eras, modern, serveMcp, textOf } from './mcp-fixture.ts'

const oven = new TestOven()
const bakery = await openBakery(oven)
const served = await serveMcp(bakery.plugin)
after(async () => {
  oven.finish()
  await served.close()
  await closePlugin(bakery.plugin)
})

const ada = 'Bearer token-of-ada'
const framing = { protocolVersion: '2026-07-28', clientInfo: { name: 'test', version: '1' }, clientCapabilities: {} }

/** A message of a client that knows tasks, as it is. */
async function post(method: string, params: Record<string, unknown>, authorization = ada, extensions: object = tasks) {
  const { body, headers } = modern(method, params)
  const { _meta } = body.params as { _meta: Record<string, unknown> }
  _meta['io.modelcontextprotocol/clientCapabilities'] = { extensions }
  const name = params.name ?? params.taskId
  const answer = await served.post(body, { ...headers, 'mcp-name': String(name), authorization })
  return { status: answer.status, ...((await answer.json()) as { result?: Result; error?: { code: number } }) }
}
interface Result {
  resultType: string
  taskId: string
  status: string
  ttlMs: number
  pollIntervalMs: number
  statusMessage?: string
  result?: { structuredContent: object; isError?: boolean; content: object[] }
}
const tasks = { 'io.modelcontextprotocol/tasks': {} }
const bake = (name = 'Ada') => ({ name: 'bakeCake', arguments: { name } })

/** The official client with the official package for tasks. */
async function connect(t: TestContext, era: Era, authorization = ada) {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: eras[era] } })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(served.url), { requestInit: { headers: { authorization } } }),
  )
  t.after(() => client.close())
  const { tools } = await client.listTools()
  const tool = tools.find(({ name }) => name === 'bakeCake')
  assert.ok(tool)
  const session = createTaskSessionFromClient(client, {
    endpointId: 'bakery',
    ...(era === '2026-07-28' && {
      v2RequestFraming: framing,
      async rawDispatch(request) {
        const { method, params } = request as { method: string; params: Record<string, unknown> }
        const { result, error } = await post(method, params, authorization)
        return (error ? { kind: 'error', error } : { kind: 'result', result }) as never
      },
    }),
  })
  t.after(() => session.close())
  return { client, session, declaration: toolDeclarationFromMcpTool(tool) }
}

for (const era of ['2026-07-28', 'before it'] as const) {
  test(`${era}: the official client follows a task to its answer`, async (t) => {
    const { session, declaration } = await connect(t, era)
    const execution = await session.callTool(
      'bakeCake',
      { name: 'Ada' },
      { declaration, task: { preference: 'require' } },
    )
    assert.equal(execution.kind, 'task')
    oven.finish()
    const { outcome } = await execution.settle()
    assert.equal(outcome.status, 'completed')
    const { structuredContent } = (outcome as { result: { structuredContent?: unknown } }).result
    assert.deepEqual(structuredContent, { cake: 'a cake for Ada' })
  })

  test(`${era}: the official client cancels a task`, async (t) => {
    const { session, declaration } = await connect(t, era)
    const execution = await session.callTool(
      'bakeCake',
      { name: 'Ada' },
      { declaration, task: { preference: 'require' } },
    )
    await execution.cancel()
    assert.equal((await execution.settle()).outcome.status, 'cancelled')
  })

  test(`${era}: a client that knows no tasks gets an id, and reads the answer with getTask`, async (t) => {
    const { client } = await connect(t, era)
    // The client compares the answer with the output schema.
    const { structuredContent } = await client.callTool(bake())
    const { task_id, status } = structuredContent as { task_id: string; status: string }
    assert.equal(status, 'working')
    oven.finish()
    const done = await client.callTool({ name: 'getTask', arguments: { task_id } })
    assert.deepEqual((done.structuredContent as { result: object }).result, { cake: 'a cake for Ada' })
    const other = await connect(t, era, 'Bearer token-of-bob')
    const hidden = await other.client.callTool({ name: 'getTask', arguments: { task_id } })
    assert.match(textOf(hidden as { content: unknown }), /no such task/)
  })
}

test('a task says how long it is kept and when to ask again, and only its caller sees it', async () => {
  const { result } = await post('tools/call', bake())
  assert.ok(result)
  assert.equal(result.resultType, 'task')
  assert.equal(result.status, 'working')
  assert.equal(result.pollIntervalMs, 2000)
  assert.ok(Math.abs(result.ttlMs - 48 * 3_600_000) < 10_000)
  const { taskId } = result
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const foreign = await post(method, { taskId, inputResponses: {} }, 'Bearer token-of-bob')
    assert.equal(foreign.error?.code, -32602, method)
    const unknown = await post(method, { taskId: 'nonsense', inputResponses: {} })
    assert.equal(unknown.error?.code, -32602, method)
  }
  const updated = await post('tasks/update', { taskId, inputResponses: {} })
  assert.equal(updated.result?.resultType, 'complete')
  assert.equal((await post('tasks/get', { taskId })).result?.status, 'working')
  oven.finish()
})

test('a client that does not declare tasks gets none, and cannot read them by the protocol', async () => {
  const { result } = await post('tools/call', bake(), ada, {})
  assert.equal(result?.resultType, 'complete')
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const refused = await post(method, { taskId: 'any', inputResponses: {} }, ada, {})
    assert.equal(refused.error?.code, -32021, method)
    assert.equal(refused.status, 400, method)
  }
  oven.finish()
})

test('a call that is refused as a task has a result with isError', async () => {
  const { result } = await post('tools/call', { ...bake(), _meta: {} })
  assert.ok(result)
  oven.onLook = () => {
    throw new Problem(409, 'The oven is full')
  }
  for (let tries = 0; ; tries++) {
    const read = await post('tasks/get', { taskId: result.taskId })
    if (read.result?.status === 'completed') {
      assert.equal(read.result.result?.isError, true)
      assert.match(textOf(read.result.result), /The oven is full/)
      break
    }
    assert.ok(tries < 500)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  oven.onLook = undefined
})

test('tools of 2025-11-25 say that they may be tasks, and others refuse to be one', async () => {
  const { body } = modern('tools/list')
  const list = await served.post({ ...body, params: {} }, { authorization: ada })
  const { result } = JSON.parse((await list.text()).replace(/^event: message\ndata: /, ''))
  const support = Object.fromEntries(
    result.tools.map((tool: { name: string; execution?: { taskSupport: string } }) => [
      tool.name,
      tool.execution?.taskSupport,
    ]),
  )
  assert.deepEqual(support, { bakeCake: 'optional', getTask: undefined, cancelTask: undefined })
})
