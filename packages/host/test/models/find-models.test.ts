import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { findModels } from '../../src/models/find-models.ts'
import { serveModel } from './openai-double.ts'

const nowhere = { OLLAMA_HOST: '127.0.0.1:1' }

test('no model is found if there is none', async () => {
  assert.deepEqual(await findModels(nowhere), { found: [], problems: [] })
})

test('several models may be named, and on a shared host they must be', async () => {
  const key = { ...nowhere, OPENAI_API_KEY: 'key', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }
  const named = await findModels({ ...key, OPENAI_MODEL: 'small, large,,small' }, true)
  assert.deepEqual(
    named.found.map(({ model, apiKey }) => [model, apiKey]),
    [
      ['small', 'key'],
      ['large', 'key'],
    ],
  )
  assert.deepEqual(named.problems, [])
  const unnamed = await findModels(key, true)
  assert.deepEqual(unnamed.found, [])
  assert.match(unnamed.problems[0] ?? '', /name those that they may use in OPENAI_MODEL/)
})

test('a running Ollama is found at the address in OLLAMA_HOST', async () => {
  const { baseUrl, close } = await serveModel([])
  const { host } = new URL(baseUrl)
  const { found } = await findModels({ OLLAMA_HOST: host })
  close()
  assert.deepEqual(found, [
    { provider: 'openai-compatible', baseUrl, model: 'double-1', from: 'Ollama on this machine' },
  ])
})

test('another program at the port is not mistaken for a model', async () => {
  for (const text of ['<html>', '{}', '{"data":[{"id":5}]}', '[]', '']) {
    const server = createServer((_, response) => response.end(text)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { found } = await findModels({ OLLAMA_HOST: `127.0.0.1:${(server.address() as AddressInfo).port}` })
    server.close()
    server.closeAllConnections()
    assert.deepEqual(found, [], text)
  }
})

test('a variable names the model, or the endpoint is asked for its models', async () => {
  const { baseUrl, close } = await serveModel([])
  const named = await findModels({
    ...nowhere,
    OPENAI_BASE_URL: `${baseUrl}/`,
    OPENAI_MODEL: 'chosen',
    OPENAI_API_KEY: 'key',
  })
  assert.deepEqual(named.found, [
    { provider: 'openai-compatible', baseUrl, model: 'chosen', apiKey: 'key', from: 'OPENAI_API_KEY' },
  ])
  const asked = await findModels({ ...nowhere, OPENAI_BASE_URL: baseUrl })
  assert.deepEqual(
    asked.found.map(({ model }) => model),
    ['double-1'],
  )
  close()
  const gone = await findModels({ ...nowhere, OPENAI_BASE_URL: baseUrl })
  assert.deepEqual(gone.found, [])
  assert.match(gone.problems[0] ?? '', /does not answer. Set OPENAI_MODEL/)
})
