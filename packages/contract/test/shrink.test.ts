import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../src/run.ts'
import { type Any, operation, parameter, type Reply, serveSmall, takes } from './small-server.ts'

const text = { type: 'string', maxLength: 2_000 }
const schema = {
  type: 'object',
  required: ['title'],
  properties: {
    title: { ...text, minLength: 1 },
    note: text,
    tags: { type: 'array', items: text },
    size: { type: 'integer' },
  },
}

async function findingOf(code: string, answer: (body: Any, query: URLSearchParams) => Reply) {
  const server = await serveSmall({
    paths: {
      '/cats': {
        post: operation('addCat', { parameters: [parameter('dry', 'query', { type: 'boolean' })], ...takes(schema) }),
      },
    },
    answer: ({ body, query }) => {
      const isValid = typeof body?.title === 'string' && body.title !== '' && typeof (body.note ?? '') === 'string'
      return isValid ? answer(body, query) : [400]
    },
  })
  try {
    const { findings } = await checkPlugin({ baseUrl: server.url })
    return findings.find((one) => one.code === code && one.subject === 'addCat')
  } finally {
    server.close()
  }
}

const bodyOf = (curl = ''): Any => JSON.parse(/--data-raw '([^']*)'/.exec(curl)?.[1] ?? 'null')

test('a finding shows the smallest request that shows it', async () => {
  const found = await findingOf('server-error', (body) => (body.note === undefined ? [201] : [500]))
  const { title, ...others } = bodyOf(found?.curl)
  assert.deepEqual(Object.keys(others), ['note'])
  assert.ok(title.length <= 2, title)
  assert.ok(others.note.length <= 1, others.note)
  assert.ok(!found?.curl?.includes('dry='))
  assert.match(found?.seen ?? '', /^500 /)
})

test('what the failure needs stays in the request', async () => {
  const found = await findingOf('server-error', (body, query) =>
    Array.isArray(body.tags) && query.get('dry') !== null ? [500] : [201],
  )
  const body = bodyOf(found?.curl)
  assert.deepEqual(Object.keys(body).sort(), ['tags', 'title'])
  assert.match(found?.curl ?? '', /dry=/)
})
