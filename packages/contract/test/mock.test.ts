import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../src/run.ts'
import { type Any, operation, parameter, serveSmall, takes } from './small-server.ts'

const body = { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1 } } }
const resource = (name: string) => ({
  [`/${name}`]: { get: operation(`list-${name}`), post: operation(`add-${name}`, takes(body)) },
  [`/${name}/{id}`]: {
    get: operation(`get-${name}`, { parameters: [parameter('id', 'path', { type: 'integer' })] }),
    delete: operation(`remove-${name}`, { parameters: [parameter('id', 'path', { type: 'integer' })] }),
  },
})
const isState = ({ code }: { code: string }) =>
  /^(created|creation|deleted|value|change|id-twice|total|location)/.test(code)

async function check(isKept: (kind: string) => boolean, isRandom = false) {
  let next = 0
  const server = await serveSmall({
    paths: { ...resource('cats'), ...resource('dogs') },
    answer: ({ method, parts: [kind = '', id], body: given }, state) => {
      if (method === 'POST' && (typeof given?.name !== 'string' || given.name === '')) return [400]
      if (id !== undefined && !/^\d+$/.test(id)) return [400]
      if (!isKept(kind)) {
        const shown = { id: isRandom ? ++next : 1, name: isRandom ? `name ${++next}` : 'Tom' }
        return [method === 'POST' ? 201 : 200, method === 'GET' && id === undefined ? [shown] : shown]
      }
      state[kind] ??= new Map<string, Any>()
      const kept: Map<string, Any> = state[kind]
      if (method === 'POST') {
        const made = { id: ++next, ...given }
        // Writes to one resource are lost.
        if (kind === 'cats') kept.set(String(next), made)
        return [201, made]
      }
      if (id === undefined) return [200, [...kept.values()]]
      const one = kept.get(id)
      if (one && method === 'DELETE') kept.delete(id)
      return one ? [200, one] : [404]
    },
  })
  try {
    return await checkPlugin({ baseUrl: server.url })
  } finally {
    server.close()
  }
}

for (const isRandom of [false, true])
  test(`a server that keeps nothing is untested, once: ${isRandom ? 'random' : 'fixed'} answers`, async () => {
    const { findings, untested } = await check(() => false, isRandom)
    assert.deepEqual(findings.filter(isState), [])
    assert.equal(untested.filter(({ reason }) => reason.includes('mock')).length, 1)
  })

test('one resource that answers as a mock does is named', async () => {
  const { untested } = await check((kind) => kind === 'cats')
  assert.deepEqual(
    untested.filter(({ reason }) => reason.includes('mock')).map(({ subject }) => subject),
    ['add-dogs'],
  )
})

test('a server that loses the writes of one resource is no mock', async () => {
  const { findings, untested } = await check(() => true)
  assert.ok(findings.some(({ code, subject }) => code === 'created-not-found' && subject === 'add-dogs'))
  assert.ok(!untested.some(({ reason }) => reason.includes('mock')))
})
