import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { type Collector, startCollector } from '../src/collector.ts'
import { developmentToken } from '../src/processes/development.ts'
import { type PluginProcess, startPlugin } from '../src/processes/index.ts'
import { temporaryFolder } from '../src/temporary.ts'

// Sends marked secrets in every place of a request to every plugin, and searches all that is sent to the collector.

const secret = 'xyzzycanary0123456789'
const client = '203.0.113.77'
const traces = [secret, Buffer.from(secret).toString('base64').slice(0, 24), Buffer.from(secret).toString('hex')]
const names = ['todo', 'stocks', 'news', 'notes', 'flights', 'food']

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  items?: Schema
  properties?: Record<string, Schema>
}

interface Operation {
  operationId: string
  parameters?: { name: string; in: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

let collector: Collector
before(async () => {
  collector = await startCollector()
})
after(() => collector.close())

function exampleOf({ type, enum: choices, items, properties }: Schema): unknown {
  if (choices) return choices[0]
  const kind = Array.isArray(type) ? type[0] : type
  if (kind === 'integer' || kind === 'number') return 1
  if (kind === 'boolean') return true
  if (kind === 'array') return [exampleOf(items ?? {})]
  if (kind === 'object')
    return Object.fromEntries(Object.entries(properties ?? {}).map(([name, schema]) => [name, exampleOf(schema)]))
  return secret
}

const headersFor = (token: string | undefined) => ({
  authorization: `Bearer ${token ?? secret}`,
  cookie: `session=${secret}`,
  baggage: `user=${secret}`,
  traceparent: `00-${secret}-${secret}-01`,
  'user-agent': secret,
  'x-forwarded-for': client,
  'x-request-id': secret,
  [`x-${secret}`]: secret,
})

/** By node:http, because `fetch` does not send all of these headers. */
function send(url: string, method: string, headers: Record<string, string>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', reject).end(body)
  })
}

async function readPaths(url: string): Promise<Record<string, Record<string, Operation>>> {
  return ((await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, Record<string, Operation>> })
    .paths
}

async function callOperations({ url }: PluginProcess, token: string | undefined): Promise<number[]> {
  const paths = await readPaths(url)
  const statuses: number[] = []
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { parameters = [], requestBody }] of Object.entries(methods)) {
      const query = new URLSearchParams()
      for (const one of parameters) if (one.in === 'query') query.set(one.name, String(exampleOf(one.schema)))
      const target = `${url}${path.replaceAll(/\{\w+\}/g, secret)}?${query}`
      const body = requestBody && JSON.stringify(exampleOf(requestBody.content['application/json']?.schema ?? {}))
      const type = body === undefined ? {} : { 'content-type': 'application/json' }
      for (const one of [token, undefined])
        statuses.push(await send(target, method, { ...headersFor(one), ...type }, body))
      // A body that cannot be read, and inputs that are refused.
      statuses.push(
        await send(`${target}&${secret}=${secret}`, method, { ...headersFor(token), ...type }, body && `{"${secret}`),
      )
    }
  return statuses
}

async function callMcp({ url }: PluginProcess, token: string | undefined): Promise<void> {
  const headers = {
    ...headersFor(token),
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const operations = Object.values(await readPaths(url)).flatMap((methods) => Object.values(methods))
  const _meta = { traceparent: secret, [secret]: secret }
  const calls = operations.map(({ operationId, parameters = [], requestBody }) => {
    const schema = requestBody?.content['application/json']?.schema ?? {}
    const own = Object.fromEntries(parameters.map((one) => [one.name, exampleOf(one.schema)]))
    return { name: operationId, arguments: { ...own, ...Object(exampleOf({ ...schema, type: 'object' })) }, _meta }
  })
  for (const [method, params] of [
    ...calls.map((params) => ['tools/call', params] as const),
    ['tools/call', { name: secret, arguments: { [secret]: secret }, _meta }] as const,
    ['tools/list', { cursor: secret, _meta }] as const,
    ['resources/read', { uri: `ui://${secret}`, _meta }] as const,
    [secret, { _meta }] as const,
  ])
    await send(`${url}/mcp`, 'POST', headers, JSON.stringify({ jsonrpc: '2.0', id: secret, method, params }))
  await send(
    `${url}/mcp`,
    'POST',
    { ...headers, 'mcp-protocol-version': secret },
    JSON.stringify({ method: 'tools/list' }),
  )
}

async function askOtherwise({ url }: PluginProcess): Promise<void> {
  const headers = headersFor(undefined)
  for (const path of [
    secret,
    `%${secret}`,
    `oauth/${secret}`,
    `oauth/auth?client_id=${secret}&state=${secret}`,
    `legal?${secret}`,
  ])
    await send(`${url}/${path}`, 'GET', headers)
  await send(`${url}/${secret}`, 'PURGE', headers)
  await send(`${url}/livez`, 'GET', { ...headers, host: secret })
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  await send(`${url}/oauth/token`, 'POST', form, `grant_type=authorization_code&code=${secret}&client_id=${secret}`)
}

for (const name of names)
  test(`${name}: what is sent has no secret, no input and no address of a client`, async () => {
    const database = `file:${temporaryFolder()}/${name}.sqlite`
    const plugin = await startPlugin(new URL(`../../../plugins/${name}/`, import.meta.url), {
      ...collector.environment,
      DATABASE_URL: database,
      NODE_ENV: 'development',
      LOG_LEVEL: 'silent',
      TRUSTED_PROXIES: '1',
    })
    const token = developmentToken(database)
    assert.equal(token === undefined, name === 'todo')
    const statuses = await callOperations(plugin, token)
    await callMcp(plugin, token)
    await askOtherwise(plugin)
    await collector.wait(() => collector.metrics.has(`${name} http.server.request.duration`))
    assert.equal(await plugin.end(), 0)

    assert.ok(statuses.includes(200) && statuses.includes(400), statuses.join())
    const own = collector.spans.filter(({ service }) => service === name)
    for (const wanted of ['POST /mcp', 'tools/list', 'HTTP'])
      assert.ok(
        own.some((span) => span.name === wanted),
        `${wanted} is missing`,
      )
    assert.ok(own.some(({ attributes }) => attributes['reference_plugins.operation.via'] === 'mcp'))
    for (const trace of [...traces, client]) assert.ok(!collector.received().includes(trace), trace)
  })
