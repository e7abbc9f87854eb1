import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../src/index.ts'
import { checkAll } from './check-all.ts'
import { serveMutant, tokens } from './mutant-server.ts'
import { type Defect, mutants } from './mutants.ts'

// These defects show before the first call, so one operation is enough.
const isOfDocuments = (defect: Defect): boolean => /^(manifest|spec|document|oauth)-/.test(mutants[defect])

const check = async (defect?: Defect) => {
  const server = await serveMutant(defect)
  try {
    return await checkPlugin({
      baseUrl: server.url,
      token: tokens.ada,
      secondToken: tokens.bob,
      readOnlyToken: tokens.reader,
      maxTime: 20,
      ...(defect && isOfDocuments(defect) && { include: ['listNotes'] }),
    })
  } finally {
    server.close()
  }
}

const defects = Object.keys(mutants) as Defect[]
const reportOf = await checkAll(defects, check)

test('a correct plugin that does not use core has no finding, and every operation answers', async () => {
  const report = await check()
  assert.deepEqual(report.findings, [])
  assert.deepEqual([...report.answered].sort(), ['createNote', 'deleteNote', 'getNote', 'listNotes', 'updateNote'])
  assert.deepEqual(report.untested, [])
})

for (const defect of defects) {
  const code = mutants[defect]
  test(`${defect} is found as ${code}`, () => {
    const { findings } = reportOf(defect)
    assert.ok(
      findings.some((finding) => finding.code === code),
      findings.map((one) => `${one.code} ${one.subject}: ${one.detail}`).join('\n') || 'nothing was found',
    )
  })
}
