import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { after, before, test } from 'node:test'
import { LLMock } from '@copilotkit/aimock'
import type { ModelCheck, ModelState } from '../../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from '../fixture.ts'
import { type Answers, llamaCpp, ollama, serveLocal, vllm } from './local-doubles.ts'
import { serveModel } from './openai-double.ts'

const key = 'right-key-0123456789'
let served: ServedHost
let browser: Browser
let mock: LLMock
before(async () => {
  served = await serveHost()
  browser = served.browser()
  mock = new LLMock({ port: 0, auth: { apiKeys: [key] } })
  mock.on({ model: 'calls-tools' }, { toolCalls: [{ name: 'report_ready', arguments: '{"ready":true}' }] })
  mock.on({ model: 'only-talks' }, { content: 'I am ready.' })
  await mock.start()
})
after(async () => {
  await served.close()
  await mock.stop()
})

const check = (input: object, by = browser) => by.send<ModelCheck>('POST', '/api/models/check', input)
async function checked(answers: Answers, more: object = {}) {
  const double = await serveLocal(answers)
  try {
    return await check({ address: double.origin, ...more })
  } finally {
    double.close()
  }
}

test('a server that is compatible with OpenAI is found at the address as people type it', async () => {
  const { host, origin } = new URL(mock.url)
  for (const address of [
    host,
    origin,
    `${origin}/`,
    ` ${origin}/v1/ `,
    `${origin}/v1/chat/completions`,
    `${host}/v1/models`,
  ])
    assert.deepEqual(
      await check({ address, apiKey: key }),
      {
        provider: 'openai-compatible',
        baseUrl: `${origin}/v1`,
        models: ['calls-tools', 'only-talks'].map((model) => ({
          provider: 'openai-compatible',
          baseUrl: `${origin}/v1`,
          model,
        })),
      },
      address,
    )
})

test('without a key and with a wrong one it says so', async () => {
  const without = await check({ address: mock.url })
  assert.equal(without.problem?.reason, 'key needed')
  const wrong = await check({ address: mock.url, apiKey: 'wrong' })
  assert.equal(wrong.problem?.reason, 'wrong key')
  assert.match(wrong.problem?.message ?? '', /does not accept the key/)
  assert.ok(!JSON.stringify(wrong).includes('wrong-'), 'the key is not sent back')
})

test('a model is asked to call a tool', async () => {
  const good = await check({ address: mock.url, apiKey: key, model: 'calls-tools' })
  assert.equal(good.problem, undefined)
  const bad = await check({ address: mock.url, apiKey: key, model: 'only-talks' })
  assert.equal(bad.problem?.reason, 'no tools')
  const none = await check({ address: mock.url, apiKey: key, model: 'huge' })
  assert.equal(none.problem?.reason, 'no such model')
  assert.match(none.problem?.advice ?? '', /calls-tools/)
})

test('what was checked can be saved, and then needs no key again', async () => {
  const { provider, baseUrl } = await check({ address: mock.url, apiKey: key })
  const state = await browser.send<ModelState>('PUT', '/api/models', {
    provider,
    baseUrl,
    model: 'calls-tools',
    apiKey: key,
  })
  assert.equal(state.chosen?.model, 'calls-tools')
  assert.equal((await check({ address: mock.url })).problem, undefined)
})

test('programs on this machine say what their models can do', async () => {
  const { models, baseUrl } = await checked(ollama)
  assert.match(baseUrl, /\/v1$/)
  assert.deepEqual(
    models.map(({ model, size, callsTools }) => [model, size, callsTools]),
    [
      ['qwen3:8b', '8.2B, Q4_K_M', true],
      ['gemma3:4b', '4.3B, Q4_K_M', false],
    ],
  )
  const noTools = await checked(llamaCpp(false))
  assert.equal(noTools.problem?.reason, 'no tools')
  const empty = await checked({ 'GET /v1/models': { object: 'list', data: [] } })
  assert.equal(empty.problem?.reason, 'no models')
  const nothing = { 'GET /v1/models': { object: 'list', data: null }, 'GET /api/tags': { models: [] } }
  const { problem } = await checked(nothing)
  assert.equal(problem?.reason, 'no models')
  assert.match(problem?.advice ?? '', /ollama pull/)
})

test('what a server says when it cannot take tools becomes advice', async () => {
  const says = (message: string, status = 400) => ({ error: { status, body: { error: { message, type: 'x' } } } })
  for (const [turn, advice] of [
    [says('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'), /Start vLLM with/],
    [says('registry.ollama.ai/library/gemma:latest does not support tools'), /made for tools/],
    [says('tools param requires --jinja flag', 500), /Start llama.cpp with --jinja/],
  ] as const) {
    const model = await serveModel(() => turn)
    const { problem } = await check({ address: model.baseUrl, model: 'double-1' })
    model.close()
    assert.equal(problem?.reason, 'no tools', JSON.stringify(problem))
    assert.match(problem?.advice ?? '', advice)
  }
  const broken = await serveModel(() => says('the GPU is on fire', 400))
  const { problem } = await check({ address: broken.baseUrl, model: 'double-1' })
  broken.close()
  assert.equal(problem?.reason, 'failed')
  assert.match(problem?.message ?? '', /the GPU is on fire/)
})

test('an address that leads nowhere says why', async () => {
  const closed = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => closed.once('listening', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  const reasonOf = async (address: string) => (await check({ address })).problem?.reason
  assert.equal(await reasonOf(`127.0.0.1:${port}`), 'no answer')
  assert.match((await check({ address: `127.0.0.1:${port}` })).problem?.message ?? '', /^Nothing listens at 127/)
  assert.equal(await reasonOf('https://no-such-host.invalid'), 'no such host')
  for (const bad of [
    '',
    '  ',
    'ftp://a.example',
    'http://a b',
    'http://user:pass@a.example',
    '://',
    'javascript:alert(1)',
    'http://',
  ])
    assert.equal(await reasonOf(bad), 'not an address', bad)
  assert.equal(await reasonOf(mock.url.replace('http:', 'https:')), 'no answer')
})

test('another program, another path, a redirect and an error are told apart', async () => {
  const page = await checked({ 'GET /v1/models': '<html>' })
  assert.equal(page.problem?.reason, 'not a model server')
  const nothing = await checked({})
  assert.equal(nothing.problem?.reason, 'wrong path')
  assert.match(nothing.problem?.message ?? '', /\/v1\/models, \/models, \/api\/v1\/models/)
  const below = await checked({ 'GET /openai/v1/models': vllm['GET /v1/models'] })
  assert.match(below.baseUrl, /\/openai\/v1$/)
  assert.equal(below.problem, undefined)
  const servers = [
    [302, { location: 'https://elsewhere.example/x' }, 'wrong path', /elsewhere\.example/],
    [503, {}, 'failed', /503/],
    [429, {}, 'failed', /429/],
    [403, {}, 'key needed', /asks for a key/],
  ] as const
  for (const [status, headers, reason, message] of servers) {
    const server = createServer((_, response) => response.writeHead(status, headers).end('{}')).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { problem } = await check({ address: `127.0.0.1:${(server.address() as AddressInfo).port}` })
    server.close()
    assert.equal(problem?.reason, reason, JSON.stringify(problem))
    assert.match(problem?.message ?? '', message)
  }
})

test('Anthropic is recognised by its address or its key', async () => {
  const server = createServer((request, response) => {
    assert.equal(request.headers['x-api-key'], 'sk-ant-1')
    response.end(JSON.stringify({ data: [{ id: 'claude-x', type: 'model' }], has_more: false }))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const answer = await check({ address: `127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'sk-ant-1' })
  server.close()
  assert.deepEqual([answer.provider, answer.models[0]?.model, answer.problem], ['anthropic', 'claude-x', undefined])
})

test('on a host for others nothing in its network is reached, no key of the operator is sent, and checks are limited', async () => {
  const double = await serveLocal(ollama)
  const shared = await serveHost({
    mode: 'accounts',
    environment: { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${mock.url}/v1`, OPENAI_MODEL: 'calls-tools' },
  })
  const ada = await shared.userBrowser('ada')
  for (const address of [double.origin, mock.url, '10.0.0.1', 'http://169.254.169.254/latest'])
    assert.equal((await check({ address }, ada)).problem?.reason, 'not allowed', address)
  assert.deepEqual(double.asked, [])
  await assert.rejects(check({ address: 'a' }, shared.browser()), { status: 401 })
  const all = await Promise.allSettled(Array.from({ length: 30 }, () => check({ address: '10.0.0.1' }, ada)))
  assert.ok(all.some((one) => one.status === 'rejected' && (one.reason as { status: number }).status === 429))
  await shared.close()
  double.close()
})

test('the input has limits', async () => {
  for (const input of [
    {},
    { address: 5 },
    { address: 'a'.repeat(2_001) },
    { address: 'a', apiKey: 'k'.repeat(4_097) },
    { address: 'a', model: '' },
  ])
    await assert.rejects(check(input), { status: 400 })
})
