import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { findModels } from '../../src/models/find-models.ts'
import { type LocalProgram, localPrograms, readProgram } from '../../src/models/local-programs.ts'
import { type Answers, llamaCpp, lmStudio, olderLmStudio, ollama, serveLocal, vllm } from './local-doubles.ts'

const limit = 10_000
const programNamed = (name: string) => localPrograms.find((one) => one.name === name) as LocalProgram

async function read(name: string, answers: Answers) {
  const double = await serveLocal(answers)
  try {
    return { models: await readProgram(programNamed(name), double.origin, limit), asked: double.asked }
  } finally {
    double.close()
  }
}

test('Ollama: with size and whether they call tools, those that do first; embedding models are left out', async () => {
  const { models, asked } = await read('Ollama', ollama)
  assert.deepEqual(models, [
    { model: 'qwen3:8b', size: '8.2B, Q4_K_M', callsTools: true },
    { model: 'gemma3:4b', size: '4.3B, Q4_K_M', callsTools: false },
  ])
  assert.equal(asked.filter((one) => one === 'POST /api/show').length, 3)
})

test('an Ollama that says nothing of capabilities offers all of its models', async () => {
  const { models } = await read('Ollama', { ...ollama, 'POST /api/show': {} })
  assert.deepEqual(
    models?.map(({ model, callsTools }) => [model, callsTools]),
    [
      ['gemma3:4b', undefined],
      ['nomic-embed-text:latest', undefined],
      ['qwen3:8b', undefined],
    ],
  )
})

test('LM Studio, in its current and in its older API', async () => {
  const { models } = await read('LM Studio', lmStudio)
  assert.deepEqual(models, [
    { model: 'qwen/qwen3.5-9b', size: '9B, Q4_K_M', callsTools: true },
    { model: 'google/gemma-3-4b', size: '4B, 4bit' },
  ])
  const older = await read('LM Studio', olderLmStudio)
  assert.deepEqual(older.models, [
    { model: 'meta-llama-3.1-8b-instruct', size: 'Q4_K_M', callsTools: true },
    { model: 'qwen2-vl-7b-instruct', size: '4bit' },
  ])
})

test('llama.cpp says by its template whether its model takes tools', async () => {
  for (const supportsTools of [true, false])
    assert.deepEqual((await read('llama.cpp', llamaCpp(supportsTools))).models, [
      { model: '/models/Qwen3-4B-Q4_K_M.gguf', size: '4.0B', callsTools: supportsTools },
    ])
  const { 'GET /props': _, ...old } = llamaCpp(true)
  assert.equal((await read('llama.cpp', old)).models?.[0]?.callsTools, undefined)
})

test('vLLM', async () => {
  assert.deepEqual((await read('vLLM', vllm)).models, [{ model: 'Qwen/Qwen3-8B' }])
})

test('a program is not taken for another one, and nonsense is no list', async () => {
  for (const [name, answers] of [
    ['vLLM', llamaCpp(true)],
    ['llama.cpp', vllm],
    ['LM Studio', ollama],
    ['Ollama', lmStudio],
  ] as const)
    assert.equal((await read(name, answers)).models, undefined, name)
  for (const nonsense of [null, [], 5, 'x', { models: 5 }, { data: {} }, { models: null }, { data: [null] }])
    for (const { name } of localPrograms)
      assert.equal(
        (
          await read(name, {
            'GET /api/tags': nonsense,
            'GET /api/v1/models': nonsense,
            'GET /api/v0/models': nonsense,
            'GET /v1/models': nonsense,
          })
        ).models,
        undefined,
        `${name}: ${JSON.stringify(nonsense)}`,
      )
  const odd = { models: [{ name: 5 }, { name: '' }, { name: 'a'.repeat(300) }, { name: 'x', details: 5 }] }
  assert.deepEqual((await read('Ollama', { 'GET /api/tags': odd })).models, [{ model: 'x' }])
})

test('a program that never answers costs no more than the limit, and one that answers without end is left', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const write = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
      response.once('drain', write)
    }
    write()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const program of localPrograms) assert.equal(await readProgram(program, origin, limit), undefined)
  server.closeAllConnections()
  server.close()
})

test('what runs at OLLAMA_HOST is offered by name; on a host for others only that', async () => {
  const double = await serveLocal(ollama)
  const OLLAMA_HOST = new URL(double.origin).host
  const expected = ['qwen3:8b', 'gemma3:4b'].map((model) => [model, 'Ollama on this machine', `${double.origin}/v1`])
  for (const [isShared, isOwnMachine] of [
    [false, true],
    [true, false],
  ]) {
    const { found, problems } = await findModels({ OLLAMA_HOST }, isShared, isOwnMachine)
    assert.deepEqual(
      found.map(({ model, from, baseUrl }) => [model, from, baseUrl]),
      expected,
    )
    assert.deepEqual(problems, [])
  }
  assert.deepEqual((await findModels({}, true, false)).found, [])
  double.close()
})

test('a program that runs without a model is a problem with what to do, and no model', async () => {
  const double = await serveLocal({ ...ollama, 'GET /api/tags': { models: [] } })
  const { found, problems } = await findModels({ OLLAMA_HOST: new URL(double.origin).host })
  double.close()
  assert.deepEqual(found, [])
  assert.match(problems.join(), /Ollama runs on this machine, but has no model that can converse\. .*ollama pull/)
})
