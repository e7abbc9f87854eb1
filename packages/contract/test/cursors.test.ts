import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkState } from './open-tasks.ts'
import { operation, parameter, type Reply, serveSmall } from './small-server.ts'

const items = ['a', 'b', 'c', 'd'].map((id) => ({ id }))
const firstPage: Reply = [200, { items: items.slice(0, 2), next_cursor: 'to-c' }]

/** Two pages of a list. */
async function codesFor(name: string, unknown: Reply): Promise<string[]> {
  const server = await serveSmall({
    paths: {
      '/things': { get: operation('listThings', { parameters: [parameter(name, 'query', { type: 'string' })] }) },
    },
    answer({ query }) {
      const given = query.get(name)
      if (given === null) return firstPage
      return given === 'to-c' ? [200, { items: items.slice(2), next_cursor: null }] : unknown
    },
  })
  try {
    const { findings } = await checkState(server.url)
    return findings.filter(({ subject }) => subject === 'listThings').map(({ code, severity }) => `${severity} ${code}`)
  } finally {
    server.close()
  }
}

test('a made-up cursor that shows the first page is a note', async () => {
  assert.ok((await codesFor('cursor', firstPage)).includes('note cursor-unknown'))
})

for (const [what, name, unknown] of [
  ['a made-up cursor that is refused', 'cursor', [400]],
  ['a made-up cursor that shows nothing', 'cursor', [200, { items: [], next_cursor: null }]],
  ['a text that an item may follow', 'after', firstPage],
] as [string, string, Reply][])
  test(`${what}: nothing is found about it`, async () => {
    assert.ok(!(await codesFor(name, unknown)).includes('note cursor-unknown'))
  })
