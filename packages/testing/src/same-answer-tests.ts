import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, existsSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { placeValues, Report, readSpec, toRequest } from '@reference-plugins/contract'
import {
  type Call,
  closePlugin,
  createApp,
  createLog,
  type Plugin,
  type PluginOperation,
  Problem,
  run,
} from '@reference-plugins/core'
import type { ContractSettings } from './contract-tests.ts'
import { besideDatabase, developmentToken } from './processes/development.ts'
import { temporaryDatabase } from './temporary.ts'

type Input = Record<string, unknown>

/** One call of a script. Its input may depend on the answers to the calls before it. */
export interface ScriptedCall {
  operation: string
  input: Input | ((answers: readonly Input[]) => Input)
  /** The expected status where the call must be refused. */
  refused?: number
}

interface Result {
  status: number
  /** The answer, or the detail of the refusal. */
  outcome: Input | string
}

type Entrance = (operation: PluginOperation, input: Input) => Promise<Result>

/**
 * Makes a test: the calls of a script, made directly, over HTTP and over both generations of MCP, each on a new
 * database, must give the same answers and the same refusals. The script must name every operation.
 */
export function sameAnswerTests(
  createPlugin: (settings: ContractSettings) => Promise<Plugin>,
  script: readonly ScriptedCall[],
): void {
  test('each operation answers the same directly, over HTTP and over MCP', async () => {
    const template = await createDatabase(createPlugin)
    const through = (openEntrance: OpenEntrance) => runScript(createPlugin, script, copyOf(template), openEntrance)
    const direct = await through(openDirect)
    assert.deepEqual(await through(openHttp), direct)
    assert.deepEqual(await through(openMcp({ pin: '2026-07-28' })), direct)
    assert.deepEqual(await through(openMcp('legacy')), direct)
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

type OpenEntrance = (opened: Opened) => Promise<Entrance>

// Answers contain the origin, so it must be the same for all.
const publicUrl = 'http://127.0.0.1:3000'

/** A database with the users and tokens that the plugin makes in development. Copies of it are cheap; a user is not. */
async function createDatabase(createPlugin: (settings: ContractSettings) => Promise<Plugin>): Promise<string> {
  const database = temporaryDatabase()
  await closePlugin(await createPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, NODE_ENV: 'development' }))
  return database
}

function copyOf(database: string): string {
  const copy = temporaryDatabase()
  const from = besideDatabase(database, '.')
  // Of a database on a server only the secrets are copied, and the plugin makes its users again.
  if (existsSync(from)) cpSync(from, besideDatabase(copy, '.'), { recursive: true })
  return copy
}

async function runScript(
  createPlugin: (settings: ContractSettings) => Promise<Plugin>,
  script: readonly ScriptedCall[],
  database: string,
  openEntrance: OpenEntrance,
): Promise<Result[]> {
  const handler: { listener?: RequestListener } = {}
  const server = createServer((request, response) => handler.listener?.(request, response))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const plugin = await createPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL: database, NODE_ENV: 'development' })
  handler.listener = (await createApp(plugin, { publicUrl, log: createLog('silent', false) })).callback()
  const token = developmentToken(database)
  try {
    const names = new Set(script.map(({ operation }) => operation))
    for (const { id } of plugin.operations) assert.ok(names.has(id), `the script does not call ${id}`)
    const call = await openEntrance({ plugin, url, authorization: token && `Bearer ${token}` })
    const answers: Input[] = []
    const results: Result[] = []
    for (const { operation: name, input } of script) {
      const operation = plugin.operations.find(({ id }) => id === name)
      assert.ok(operation, `the plugin has no operation ${name}`)
      const result = await call(operation, typeof input === 'function' ? input(answers) : input)
      answers.push(typeof result.outcome === 'string' ? {} : result.outcome)
      results.push(result)
    }
    return normalize(results)
  } finally {
    server.closeAllConnections()
    server.close()
    await closePlugin(plugin)
  }
}

async function openDirect({ plugin, authorization }: Opened): Promise<Entrance> {
  const caller = await plugin.auth.authenticate(authorization)
  const call: Call = {
    caller,
    signal: new AbortController().signal,
    log: createLog('silent', false),
    fail: (...given) => new Problem(...given),
    progress() {},
  }
  return (operation, input) =>
    run(plugin, operation, input, call).then(
      ({ data }) => ({ status: 200, outcome: data }),
      ({ status, message }) => ({ status, outcome: message }),
    )
}

async function openHttp(opened: Opened): Promise<Entrance> {
  const { url, authorization } = opened
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Record<string, unknown>
  const { operations } = readSpec(document, new Report())
  const direct = await openDirect(opened)
  return async (defined, input) => {
    const operation = operations.find((one) => one.id === defined.id)
    if (defined.only) {
      assert.equal(operation, undefined, `${defined.id} is for MCP only`)
      return direct(defined, input)
    }
    assert.ok(operation, `the spec has no operation ${defined.id}`)
    const { method, path, headers, body } = toRequest(operation, placeValues(operation, input))
    // Through the other entrances nobody can be asked.
    const { prefer: _, ...others }: Record<string, string> = headers ?? {}
    const answer = await fetch(url + path, {
      method,
      headers: { ...others, ...(authorization && { authorization }) },
      ...(body !== undefined && { body }),
    })
    const json = (await answer.json()) as Input
    return { status: answer.status, outcome: answer.ok ? json : String(json.detail) }
  }
}

const openMcp =
  (mode: 'legacy' | { pin: string }) =>
  async ({ url, authorization }: Opened): Promise<Entrance> => {
    const client = new Client({ name: 'same-answer-tests', version: '1' }, { versionNegotiation: { mode } })
    const requestInit = { headers: { ...(authorization && { authorization }) } }
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }))
    // The client validates answers against the schemas of this list.
    await client.listTools()
    return async ({ id }, input) => {
      const { isError, content, structuredContent } = await client.callTool({ name: id, arguments: input })
      const [{ text } = { text: '' }] = content as { text: string }[]
      if (!isError) {
        assert.deepEqual(JSON.parse(text), structuredContent)
        return { status: 200, outcome: structuredContent as Input }
      }
      const [, status, outcome = ''] = /^[^(]*\((\d+)\)\. (.*)$/s.exec(text) ?? []
      return { status: Number(status), outcome }
    }
  }

/** Replaces what differs from run to run: ids by their order, times by a constant. */
function normalize(results: Result[]): Result[] {
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
