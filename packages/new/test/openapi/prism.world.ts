// Makes plugins of documents of different kinds and calls them against a Prism mock of each API, which refuses whatever
// its document does not allow. Then the contract tester must find nothing in the plugin.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkPlugin } from '@reference-plugins/contract'
import { type Call, createApp, createLog, listen, Problem, run } from '@reference-plugins/core'
import { Repairs, readOpenApi, readSpecText } from '@reference-plugins/reader'
import { ofKeptData } from '@reference-plugins/testing'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { missingFor, startMocks } from '../../../contract/test/world/start.ts'
import { formsOf } from '../../src/name.ts'
import type { Api } from '../../src/openapi/api.ts'
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
  '2.0/json/petstore-minimal.json',
  '2.0/json/petstore-simple.json',
  '2.0/yaml/petstore-expanded.yaml',
  '3.0/json/petstore.json',
  '3.0/json/response-examples.json',
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
const atOnce = 4
const secret = 'ada:secret-of-the-tests'

/** Serves the plugin of a document, with the mock as its API. */
async function serveMade(t: TestContext, file: string, index: number, baseUrl: string) {
  const made = await readSpec(file, { name: formsOf(`world-${index}`), baseUrl })
  const create = await importMade(codeOf(made), made.name)
  const lifecycle = { stopping: false }
  const handler: { callback?: RequestListener } = {}
  const running = await listen((request, response) => handler.callback?.(request, response), {
    host: '127.0.0.1',
    port: 0,
    lifecycle,
  })
  t.after(() => {
    running.server.closeAllConnections()
    running.server.close()
  })
  const publicUrl = `http://127.0.0.1:${(running.server.address() as AddressInfo).port}`
  const plugin = await create({
    PUBLIC_URL: publicUrl,
    DATABASE_URL: temporaryDatabase(),
    NODE_ENV: 'development',
    [`${made.name.constant}_BASE_URL`]: baseUrl,
    ...Object.fromEntries(made.api.credentials.map(({ variable }) => [variable, secret])),
  })
  const log = createLog('silent', false)
  handler.callback = (await createApp(plugin, { publicUrl, log, lifecycle, rateLimit: 1_000_000 })).callback()
  return { api: made.api, plugin, publicUrl }
}

/** The operations for which the document has no answer but errors, so that the mock answers with an error. */
function withoutSuccess(file: string, { operations }: Api): string[] {
  const document = readOpenApi(readSpecText(readFileSync(file, 'utf8'), new Repairs('spec')))
  return operations
    .filter(({ method, path }) => {
      const found = document.operations.find((one) => one.method === method && one.path === path)
      return !found?.responses.some(({ status }) => /^(2|default)/.test(status))
    })
    .map(({ id }) => id)
}

async function judge(t: TestContext, file: string, index: number, baseUrl: string): Promise<void> {
  const { api, plugin, publicUrl } = await serveMade(t, file, index, baseUrl)
  const failing = withoutSuccess(file, api)
  const logged: string[] = []
  const context: Call = {
    caller: undefined,
    signal: new AbortController().signal,
    log: createLog('warn', false, { write: (line) => void logged.push(line) }),
    fail: (...given) => new Problem(...given),
    progress() {},
  }
  for (const { operation: id, input } of samplesOf(api).filter(({ operation }) => !failing.includes(operation))) {
    const operation = plugin.operations.find((one) => one.id === id)
    assert.ok(operation)
    await run(plugin, operation, input, context).catch((error) =>
      assert.fail(`${id} ${JSON.stringify(input)}: ${error.message}\n${logged.slice(-2).join('')}`),
    )
  }
  const report = await checkPlugin({ baseUrl: publicUrl, maxTime: 15, exclude: failing })
  const found = report.findings.filter(({ code, severity }) => severity !== 'note' && !ofKeptData.includes(code))
  assert.deepEqual(
    found.map(({ code, subject, detail, curl }) => [code, subject, detail, curl]),
    [],
  )
  assert.ok(report.answered.size > 0)
}

test('plugins of documents of different kinds call their APIs as the documents say', { skip }, async (t) => {
  assert.ok(files.length >= 20, 'the examples of @readme/oas-examples are installed')
  const prism = await startMocks(files)
  const work = files.map((file, index) => () => {
    const title = file.replace(/.*\/(specs|oas-examples)\//, '')
    return t.test(title, (own) => judge(own, file, index, prism.urls[index] ?? ''))
  })
  const next = async (): Promise<void> => {
    for (let one = work.shift(); one; one = work.shift()) await one()
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, next))
  } finally {
    prism.stop()
  }
})
