import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../src/index.ts'
import { type Any, operation, parameter, type Reply, type SmallServer, serveSmall, takes } from './small-server.ts'

const text = { type: 'string' }
const zone = parameter('zone', 'path', text)
const key = parameter('key', 'path', { type: 'integer' })
const body = (required: string[], properties: Any) => takes({ type: 'object', required, properties })

/** Zones of a name server, which can be reached, and keys, which cannot be made up. */
const zones = (refusal: (body: Any) => Reply): SmallServer => ({
  paths: {
    '/zones': {
      get: operation('listZones'),
      post: operation('addZone', body(['name'], { name: text })),
    },
    '/zones/{zone}': { get: operation('getZone', { parameters: [zone] }) },
    '/zones/{zone}/keys': {
      post: operation('addKey', {
        parameters: [zone],
        ...body(['active'], {
          active: { type: 'boolean' },
          kind: { type: 'string', enum: ['long', 'short'] },
          name: text,
          algorithm: text,
          bits: { type: 'integer' },
        }),
      }),
    },
    '/zones/{zone}/keys/{key}': { get: operation('getKey', { parameters: [zone, key] }) },
  },
  answer({ method, parts: [, id, keys, number], body: sent }) {
    if (id === undefined) return method === 'GET' ? [200, [{ zone: 'a', id: 'a' }]] : [201, { id: 'a', zone: 'a' }]
    if (id !== 'a' || number !== undefined) return [404]
    return keys === undefined ? [200, { id, zone: id }] : refusal(sent)
  },
})

async function untestedOf(small: SmallServer, values?: Record<string, string>): Promise<Record<string, string>> {
  const server = await serveSmall(small)
  try {
    const { untested } = await checkPlugin({ baseUrl: server.url, maxTime: 30, ...(values && { values }) })
    return Object.fromEntries(untested.filter(({ what }) => what === 'answers').map((one) => [one.subject, one.reason]))
  } finally {
    server.close()
  }
}

test('what a refusal names is asked for, and no value that works elsewhere', async () => {
  const reasons = await untestedOf(zones(() => [422, { type: 'about:blank', error: 'Unknown algorithm: contract' }]))
  assert.deepEqual(reasons, {
    addKey: 'it never answered with 2xx (the last status is 422): --value algorithm=VALUE',
    getKey: 'it never answered with 2xx (the last status is 404): --value key=VALUE',
  })
})

test('a member of which other operations take values is asked for with the operation', async () => {
  const { addKey } = await untestedOf(zones(() => [400, { errors: { name: ['it is not a host'] } }]))
  assert.equal(addKey, 'it never answered with 2xx (the last status is 400): --value addKey.name=VALUE')
})

test('a refusal that names nothing leads to the members of which the schema says the least', async () => {
  const { addKey } = await untestedOf(zones(() => [400, { title: 'Bad Request', status: 400 }]))
  assert.match(addKey ?? '', /: --value addKey.name=VALUE --value algorithm=VALUE --value bits=VALUE$/)
})

test('a value that was given is not asked for again, and it is used', async () => {
  const values = { algorithm: 'ed25519', key: '7' }
  const judged = (sent: Any): Reply => (sent?.algorithm === 'ed25519' ? [201, {}] : [400, { error: 'algorithm' }])
  const reasons = await untestedOf(zones(judged), values)
  assert.deepEqual(Object.keys(reasons), ['getKey'])
  assert.match(reasons.getKey ?? '', /: --value getKey.zone=VALUE$/)
})
