import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkPlugin } from '../src/index.ts'
import { serveMutant, tokens } from './mutant-server.ts'
import { type Defect, mutants } from './mutants.ts'

const check = async (defect?: Defect) => {
  const server = await serveMutant(defect)
  try {
    return await checkPlugin({
      baseUrl: server.url,
      token: tokens.ada,
      secondToken: tokens.bob,
      readOnlyToken: tokens.reader,
      maxTime: 20,
    })
  } finally {
    server.close()
  }
}

test('a correct plugin that was not made with core has no finding, and all of it was reached', async () => {
  const report = await check()
  assert.deepEqual(report.findings, [])
  assert.deepEqual([...report.answered].sort(), ['createNote', 'deleteNote', 'getNote', 'listNotes', 'updateNote'])
  assert.deepEqual(report.untested, [])
})

// Much of a check is waiting, so some are made at once.
describe('each defect is found', { concurrency: 4 }, () => {
  for (const [defect, code] of Object.entries(mutants))
    test(`${defect} is found as ${code}`, async () => {
      const { findings } = await check(defect as Defect)
      assert.ok(
        findings.some((finding) => finding.code === code),
        findings.map((one) => `${one.code} ${one.subject}: ${one.detail}`).join('\n') || 'nothing was found',
      )
    })
})
