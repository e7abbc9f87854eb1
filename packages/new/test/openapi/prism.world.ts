// Makes plugins of documents of different kinds and calls them against a Prism mock of each API, which refuses whatever
// its document does not allow. Then the contract tester must find nothing in the plugin.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { checkPlugin } from '@reference-plugins/contract'
import { type Call, closePlugin, createApp, createLog, listen, Problem, run } from '@reference-plugins/core'
import { ofKeptData } from '@reference-plugins/testing'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { missingFor, startMocks } from '../../../contract/test/world/start.ts'
import { formsOf } from '../../src/name.ts'
import { samplesOf } from '../../src/openapi/files/test-files.ts'
import { codeOf, importMade, readSpec, specs } from './made.ts'

const examples = resolve(import.meta.dirname, '../../../contract/test/world/node_modules/@readme/oas-examples')
const own = [
  'fastapi.json',
  'nestjs.json',
  'dotnet.json',
  'go-swag.yaml',
  'springdoc.yaml',
  'drf.yaml',
  'shapes.yaml',
  'rails.yaml',
]
const ofOthers = [
  '2.0/json/petstore.json',
  '2.0/json/petstore-simple.json',
  '2.0/yaml/petstore-expanded.yaml',
  '3.0/json/petstore.json',
  '3.0/yaml/petstore-simple.yaml',
  '3.0/json/link-example.json',
  '3.0/json/uspto.json',
  '3.0/json/star-trek.json',
  '3.0/json/parameters-common.json',
  '3.0/json/circular.json',
  '3.0/json/response-schemas.json',
  '3.1/json/petstore.json',
]
const files = [
  ...own.map((file) => join(specs, file)),
  ...ofOthers.map((file) => join(examples, file)).filter(existsSync),
]
const skip = missingFor('prism.mjs') ?? false
const prism = skip ? undefined : await startMocks(files)
after(() => prism?.stop())
const atOnce = 3
let running = 0
const waiting: (() => void)[] = []

/** The contract tester in turns: a run takes some seconds of a processor. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

for (const [index, file] of files.entries())
  test(`${file.replace(/.*\/(specs|oas-examples)\//, '')}: each operation is called as the document says`, {
    skip,
    concurrency: true,
  }, async (t) => {
    const baseUrl = prism?.urls[index] ?? ''
    const made = await readSpec(file, { name: formsOf(`world-${index}`), baseUrl })
    const create = await importMade(codeOf(made), made.name)
    const secrets = Object.fromEntries(
      made.api.credentials.map(({ variable }) => [variable, 'ada:secret-of-the-tests']),
    )
    const settings = { [`${made.name.constant}_BASE_URL`]: baseUrl, ...secrets }
    const lifecycle = { stopping: false }
    const handler: { callback?: ReturnType<Awaited<ReturnType<typeof createApp>>['callback']> } = {}
    const server = await listen((request, response) => handler.callback?.(request, response), {
      host: '127.0.0.1',
      port: 0,
      lifecycle,
    })
    const publicUrl = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
    const plugin = await create({
      PUBLIC_URL: publicUrl,
      DATABASE_URL: temporaryDatabase(),
      NODE_ENV: 'development',
      ...settings,
    })
    handler.callback = (
      await createApp(plugin, { publicUrl, log: createLog('silent', false), lifecycle, rateLimit: 1_000_000 })
    ).callback()
    t.after(async () => {
      server.server.closeAllConnections()
      await server.stop()
      await closePlugin(plugin)
    })

    const log: string[] = []
    const context: Call = {
      caller: undefined,
      signal: new AbortController().signal,
      log: createLog('warn', false, { write: (line) => void log.push(line) }),
      fail: (...given) => new Problem(...given),
      progress() {},
    }
    for (const { operation: id, input } of samplesOf(made.api)) {
      const operation = plugin.operations.find((one) => one.id === id)
      assert.ok(operation)
      await run(plugin, operation, input, context).catch((error) =>
        assert.fail(`${id} ${JSON.stringify(input)}: ${error.message}\n${log.slice(-2).join('')}`),
      )
    }

    const report = await inTurn(() => checkPlugin({ baseUrl: publicUrl, maxTime: 20 }))
    const found = report.findings.filter(({ code, severity }) => severity !== 'note' && !ofKeptData.includes(code))
    assert.deepEqual(
      found.map(({ code, subject, detail, curl }) => [code, subject, detail, curl]),
      [],
    )
    assert.ok(report.answered.size > 0)
  })
