import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { closePlugin, createApp, createLog, type Plugin, type PluginOperation, run } from '@reference-plugins/core'
import type { ContractSettings } from './contract-tests.ts'
import { temporaryDatabase } from './plugin-process.ts'
import { developmentToken } from './workspace.ts'

type Input = Record<string, unknown>

/** One call of a script. Its input may be made of the answers before it. */
export interface ScriptedCall {
  operation: string
  input: Input | ((answers: readonly Input[]) => Input)
  /** The status of a call that is refused. */
  refused?: number
}

interface Result {
  status: number
  /** The answer, or what is said of the refusal. */
  said: Input | string
}

type Door = (operation: PluginOperation, input: Input) => Promise<Result>

/**
 * Calls every operation of a plugin directly, over HTTP and over MCP of both eras, each on a database of its own, and
 * demands the same answer or the same refusal. The script has to name every operation.
 */
export function doorTests(
  createPlugin: (settings: ContractSettings) => Promise<Plugin>,
  script: readonly ScriptedCall[],
): void {
  test('each operation answers the same directly, over HTTP and over MCP', async () => {
    const direct = await through(createPlugin, script, openDirect)
    assert.deepEqual(await through(createPlugin, script, openHttp), direct)
    assert.deepEqual(await through(createPlugin, script, openMcp({ pin: '2026-07-28' })), direct)
    assert.deepEqual(await through(createPlugin, script, openMcp('legacy')), direct)
    for (const [index, { operation, refused }] of script.entries())
      assert.equal(
        direct[index]?.status,
        refused ?? 200,
        `${operation}, call ${index}: ${JSON.stringify(direct[index])}`,
      )
  })
}

interface Opened {
  plugin: Plugin
  url: string
  authorization: string | undefined
}

async function through(
  createPlugin: (settings: ContractSettings) => Promise<Plugin>,
  script: readonly ScriptedCall[],
  openDoor: (opened: Opened) => Promise<Door>,
): Promise<Result[]> {
  const database = temporaryDatabase()
  const handler: { listener?: RequestListener } = {}
  const server = createServer((request, response) => handler.listener?.(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // The origin is a part of answers, so it is the same for all.
  const publicUrl = 'http://127.0.0.1:3000'
  const plugin = await createPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, NODE_ENV: 'development' })
  handler.listener = (await createApp(plugin, { publicUrl, log: createLog('silent', false) })).callback()
  const token = developmentToken(database)
  try {
    const names = new Set(script.map(({ operation }) => operation))
    for (const { id } of plugin.operations) assert.ok(names.has(id), `the script does not call ${id}`)
    const door = await openDoor({ plugin, url, authorization: token && `Bearer ${token}` })
    const answers: Input[] = []
    const results: Result[] = []
    for (const { operation: name, input } of script) {
      const operation = plugin.operations.find(({ id }) => id === name)
      assert.ok(operation, `there is no operation ${name}`)
      const result = await door(operation, typeof input === 'function' ? input(answers) : input)
      answers.push(typeof result.said === 'string' ? {} : result.said)
      results.push(result)
    }
    return withoutChance(results)
  } finally {
    server.closeAllConnections()
    server.close()
    await closePlugin(plugin)
  }
}

async function openDirect({ plugin, authorization }: Opened): Promise<Door> {
  const caller = await plugin.auth.authenticate(authorization)
  const call = { caller, signal: new AbortController().signal, log: createLog('silent', false) }
  return (operation, input) =>
    run(plugin, operation, input, call).then(
      ({ data }) => ({ status: 200, said: data }),
      ({ status, message }) => ({ status, said: message }),
    )
}

async function openHttp({ url, authorization }: Opened): Promise<Door> {
  return async ({ method, path, fields }, input) => {
    const at = (place: string) =>
      fields.filter((field) => field.place === place && input[field.name] !== undefined).map(({ name }) => name)
    const target = new URL(url + path.replaceAll(/\{([^}]*)\}/g, (_, name) => encodeURIComponent(String(input[name]))))
    for (const name of at('query'))
      for (const one of [input[name]].flat()) target.searchParams.append(name, String(one))
    const answer = await fetch(target, {
      method,
      headers: { ...(authorization && { authorization }), 'content-type': 'application/json' },
      ...(method !== 'GET' && method !== 'DELETE' && { body: JSON.stringify(pick(input, at('body'))) }),
    })
    const body = (await answer.json()) as Input
    return { status: answer.status, said: answer.ok ? body : String(body.detail) }
  }
}

const openMcp =
  (mode: 'legacy' | { pin: string }) =>
  async ({ url, authorization }: Opened): Promise<Door> => {
    const client = new Client({ name: 'doors', version: '1' }, { versionNegotiation: { mode } })
    const requestInit = { headers: { ...(authorization && { authorization }) } }
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }))
    // The client holds what it gets to the schemas that are listed.
    await client.listTools()
    return async ({ id }, input) => {
      const { isError, content, structuredContent } = await client.callTool({ name: id, arguments: input })
      const [{ text } = { text: '' }] = content as { text: string }[]
      if (!isError) {
        assert.deepEqual(JSON.parse(text), structuredContent)
        return { status: 200, said: structuredContent as Input }
      }
      const [, status, said = ''] = /^[^(]*\((\d+)\)\. (.*)$/s.exec(text) ?? []
      return { status: Number(status), said }
    }
  }

const pick = (input: Input, names: readonly string[]): Input =>
  Object.fromEntries(names.map((name) => [name, input[name]]))

/** Ids in the order in which they come, and no times: what differs from run to run. */
function withoutChance(results: Result[]): Result[] {
  const ids = new Map<string, string>()
  const gather = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    for (const [name, value] of Object.entries(node)) {
      if (name === 'id' && typeof value === 'string' && !ids.has(value)) ids.set(value, `id ${ids.size}`)
      gather(value)
    }
  }
  gather(results)
  let text = JSON.stringify(results).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
  for (const [id, name] of ids) text = text.replaceAll(id, name)
  return JSON.parse(text)
}
