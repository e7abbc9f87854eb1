import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPlugin } from '../src/index.ts'
import { checkAll } from './check-all.ts'
import { serveMutant, tokens } from './mutant-server.ts'
import { type Defect, mutants } from './mutants.ts'

const isComplete = process.env.FUZZ_MUTANTS === 'complete'

/** The operations in which a defect shows. CI calls all of them for every defect. */
function operationsFor(defect: Defect): readonly string[] | undefined {
  const named = {
    'missing-500': ['getNote'],
    'query-unchecked': ['listNotes'],
    'any-method': ['listNotes'],
    'order-body': ['createNote'],
    'order-id': ['createNote', 'getNote'],
  }
  if (Object.hasOwn(named, defect)) return named[defect as keyof typeof named]
  if (defect === 'update-unchecked') return ['createNote', 'updateNote']
  // These show in the documents, or in the first calls of any operation.
  if (/^(manifest|spec|document|oauth|auth)-/.test(mutants[defect]) || /^(oauth|auth)-/.test(defect))
    return ['listNotes']
  const isOfInputs = /^(answer|status|refusal|invalid|valid|malformed|size|server|leak|held)/.test(mutants[defect])
  return isOfInputs ? ['createNote'] : undefined
}

const check = async (defect?: Defect) => {
  const include = defect && !isComplete ? operationsFor(defect) : undefined
  const server = await serveMutant(defect)
  try {
    return await checkPlugin({
      baseUrl: server.url,
      token: tokens.ada,
      secondToken: tokens.bob,
      readOnlyToken: tokens.reader,
      maxTime: 60,
      ...(include && { include }),
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
