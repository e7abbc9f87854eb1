import { sampleOf } from '../answers/sample.ts'
import type { Api } from '../api.ts'
import { askedOf } from '../inputs/code.ts'
import type { ApiOperation } from '../operations/operation.ts'
import type { Facts } from './plugin-files.ts'
import { quoted } from './text.ts'

/** A call of an operation, what the API is asked for it, and what both answer. */
interface Sample {
  operation: string
  input: Record<string, unknown>
  method: string
  path: string
  url: string
  body?: unknown
  answer: unknown
  output: unknown
}

/** The samples of all operations. */
export function samplesOf({ operations, named }: Api): Sample[] {
  const shapes = new Map(named.inOrder(operations.flatMap(({ answer }) => answer.shape ?? [])))
  return operations.map((operation) => {
    const { id, method, path, inputs, answer } = operation
    const value = answer.shape ? sampleOf(answer.shape, shapes) : undefined
    const body = bodyOf(operation)
    return {
      operation: id,
      input: Object.fromEntries(inputs.map((input) => [input.name, input.given])),
      method,
      path,
      ...askedOf(inputs, operation.source),
      ...body,
      answer: value,
      output:
        answer.kind === 'nothing' ? { status: 'success' } : answer.as === undefined ? value : { [answer.as]: value },
    }
  })
}

function bodyOf({ source, inputs }: ApiOperation): { body?: unknown } {
  const { body } = askedOf(inputs, source)
  return body === undefined ? {} : { body }
}

export function testFiles(api: Api, facts: Facts): [path: string, text: string][] {
  const samples = samplesOf(api).map((sample) =>
    Object.fromEntries(Object.entries(sample).filter(([, value]) => value !== undefined)),
  )
  return [
    ['test/samples.ts', samplesFile(samples)],
    ['test/api.ts', apiFile(api, facts)],
    ['test/script.ts', scriptFile],
    ['test/plugin.test.ts', pluginTest(api, facts)],
    ['test/contract.test.ts', contractTest],
    ['test/same-answer.test.ts', sameAnswerTest],
    ['test/start.test.ts', startTest(facts)],
  ]
}

const samplesFile = (samples: unknown): string => `export interface Sample {
  operation: string
  input: Record<string, unknown>
  method: string
  path: string
  url: string
  body?: unknown
  answer?: unknown
  output: unknown
}

/** For each operation a call, what the API is asked for it, and what both answer. */
export const samples: Sample[] = ${code(samples)}
`

/** A value of JSON as TypeScript. */
function code(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(code).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'undefined'
  return `{ ${Object.entries(value)
    .map(
      ([name, one]) => `${/^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : quoted(name)}: ${code(one)}`,
    )
    .join(', ')} }`
}

const apiFile = ({ credentials }: Api, { name: { pascal, constant } }: Facts): string => {
  const inQuery = credentials.flatMap((one) => (one.in === 'query' ? [one.name ?? ''] : []))
  const url = `request.url ?? ''`
  return `import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { create${pascal}Plugin } from '../src/plugin.ts'
import type { ${pascal}Settings } from '../src/settings.ts'
import { samples } from './samples.ts'

/** What the API was asked, the latest last. */
export const asked: { method: string; url: string; body: unknown${credentials.length > 0 ? '; hasSecret: boolean' : ''} }[] = []
${credentials.length > 0 ? secretCode : ''}
/** Stands in for the API: it answers as the samples say. */
const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const { method = '', headers } = request
  const url = ${inQuery.length > 0 ? `withoutSecret(${url})` : url}
  const body = /json/.test(headers['content-type'] ?? '') ? JSON.parse(text) : undefined
  asked.push({ method, url, body${credentials.length > 0 ? ', hasSecret: isSecret(JSON.stringify([request.url, headers]))' : ''} })
  const sample = routes.find((one) => one.method === method && one.pattern.test(url))
  response.writeHead(sample ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(sample?.answer))
})
${inQuery.length > 0 ? withoutSecretCode(inQuery) : ''}
// A path without parameters comes before one with them.
const routes = samples
  .map((sample) => ({ ...sample, pattern: patternOf(sample.path), names: sample.path.split('{').length }))
  .sort((one, other) => one.names - other.names)

function patternOf(path: string): RegExp {
  const parts = path.split(/\\{[^}]*\\}/).map((part) => part.replaceAll(/[^\\w/-]/g, '\\\\$&'))
  return new RegExp(\`^\${parts.join('[^/?]+')}(\\\\?|$)\`)
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
server.unref()
const baseUrl = \`http://127.0.0.1:\${(server.address() as AddressInfo).port}\`

/** The plugin, with the stand-in as its API. */
export const createPlugin = (settings: ${pascal}Settings) =>
  create${pascal}Plugin({ ...settings, ${constant}_BASE_URL: baseUrl${credentials.map(({ variable }) => `, ${variable}: secret`).join('')} })
`
}

const secretCode = `
const secret = 'ada:secret-of-the-tests'
const isSecret = (text: string): boolean =>
  [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')].some((form) => text.includes(form))
`

const withoutSecretCode = (names: readonly string[]): string => `
/** The URL without the secret, which is behind what the call itself has there. */
function withoutSecret(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
  for (const name of [${names.map(quoted).join(', ')}]) searchParams.delete(name)
  return searchParams.size > 0 ? \`\${pathname}?\${searchParams}\` : pathname
}
`

const scriptFile = `import type { ScriptedCall } from '@reference-plugins/testing'
import { samples } from './samples.ts'

/** Every operation, called once. */
export const script: ScriptedCall[] = samples.map(({ operation, input }) => ({ operation, input }))
`

const pluginTest = (
  { credentials }: Api,
  { name: { constant, pascal } }: Facts,
): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Call, createLog, Problem, run } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { create${pascal}Plugin } from '../src/plugin.ts'
import { asked, createPlugin } from './api.ts'
import { samples } from './samples.ts'

const settings = {
  PUBLIC_URL: 'http://127.0.0.1:3000',
  DATABASE_URL: temporaryDatabase(),
  NODE_ENV: 'development',
} as const
const plugin = await createPlugin(settings)

async function call(name: string, input: unknown, of = plugin) {
  const operation = of.operations.find(({ id }) => id === name)
  assert.ok(operation, \`the plugin has no operation \${name}\`)
  const context: Call = {
    caller: undefined,
    signal: new AbortController().signal,
    log: createLog('silent', false),
    fail: (...given) => new Problem(...given),
    progress() {},
  }
  const { data } = await run(of, operation, input, context)
  return data
}

for (const { operation, input, method, url, body, output } of samples)
  test(\`\${operation} asks the API for \${method} \${url}\`, async () => {
    assert.deepEqual(await call(operation, input), output)
    const request = asked.at(-1)
    assert.deepEqual([request?.method, request?.url], [method, url])
    if (body !== undefined) assert.deepEqual(request?.body, body)
${credentials.length > 0 ? "    assert.ok(request?.hasSecret, 'the API gets the secret')\n" : ''}  })

test('an API that is not there is reported as such', async () => {
  const alone = await create${pascal}Plugin({ ...settings, ${constant}_BASE_URL: 'http://127.0.0.1:9' })
  const [sample] = samples
  await assert.rejects(call(sample?.operation ?? '', sample?.input, alone), { status: 502 })
})
`

const contractTest = `import { contractTests } from '@reference-plugins/testing'
import { createPlugin } from './api.ts'

// The stand-in keeps nothing of what it is asked.
contractTests(createPlugin, { keepsNothing: true })
`

const sameAnswerTest = `import { sameAnswerTests } from '@reference-plugins/testing'
import { createPlugin } from './api.ts'
import { script } from './script.ts'

sameAnswerTests(createPlugin, script)
`

const startTest = ({ name: { camel, constant } }: Facts): string => `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFailureTest, startPlugin } from '@reference-plugins/testing/processes'

const folder = new URL('..', import.meta.url)

test('the start line names the API', async (t) => {
  const server = await startPlugin(folder, { NODE_ENV: 'development', ${constant}_BASE_URL: 'http://127.0.0.1:9/v1/' })
  t.after(() => server.end('SIGKILL'))
  assert.match(server.output(), /${camel} is ready at .*, data: http:\\/\\/127\\.0\\.0\\.1:9\\/v1\\n/)
})

startFailureTest(folder, [
  [{ ${constant}_BASE_URL: 'api.example.com' }, /${constant}_BASE_URL must be the http or https URL of an API/],
])
`
