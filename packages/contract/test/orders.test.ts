import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Code } from '../src/index.ts'
import { expected } from '../src/rules/expected.ts'
import { checkAll } from './check-all.ts'
import { checkState } from './open-tasks.ts'
import { ordersServer } from './orders-server.ts'
import { serveSmall } from './small-server.ts'

/** Defects of state, each with the code under which it has to be found and the operation in which it is. */
const defects: Record<string, [code: Code, subject: string]> = {
  'cancels-nothing': ['change-lost', 'cancelOrder'],
  'cancels-all': ['change-spills', 'cancelOrder'],
  'tags-appended': ['change-lost', 'changeOrder'],
  'address-kept': ['change-lost', 'changeOrder'],
  'changes-first': ['change-spills', 'changeOrder'],
  'changes-priority-of-first': ['change-spills', 'changeOrder'],
  'replaces-first': ['change-spills', 'replaceOrder'],
  'deletes-first': ['deletes-others', 'removeOrder'],
  'labels-lost': ['value-ignored', 'placeOrder'],
  'labels-first': ['value-lost', 'placeOrder'],
  'labels-unseen': ['value-ignored', 'placeOrder'],
  'count-off': ['total-wrong', 'listOrders'],
  'sort-nothing': ['sort-wrong', 'listOrders'],
  'new-id': ['change-lost', 'changeOrder'],
}

/** Habits that are correct, as nothing promises otherwise. */
const habits = [
  '',
  'cancels later',
  'adds tags',
  'merges labels',
  'one at a time',
  'trims',
  'counts everything',
  'sorts downwards',
  'keys in another case',
]

const reportOf = await checkAll([...Object.keys(defects), ...habits], async (name) => {
  const server = await serveSmall(Object.hasOwn(defects, name) ? ordersServer(name) : ordersServer('', name))
  try {
    return await checkState(server.url)
  } finally {
    server.close()
  }
})

for (const [name, [code, subject]] of Object.entries(defects))
  test(`${name} is found as ${code}`, () => {
    const { findings } = reportOf(name)
    assert.ok(
      findings.some((finding) => finding.code === code && finding.subject === subject),
      findings.map((one) => `${one.code} ${one.subject}: ${one.detail}`).join('\n') || 'nothing was found',
    )
    // What was wanted here, and not what the rule wants everywhere.
    for (const finding of findings) assert.ok(finding.expected !== undefined && finding.expected !== expected[code])
  })

test('a text that is stored in another form is a note, unless the spec says so', () => {
  const isNote = ({ code, severity }: { code: string; severity: string }) =>
    code === 'value-lost' && severity === 'note'
  assert.ok(reportOf('trims').findings.some(isNote))
  assert.ok(!reportOf('').findings.some(isNote))
})

for (const name of habits)
  test(`${name || 'everything as it should be'}: correct, so there is at most a note`, () => {
    const { findings } = reportOf(name)
    assert.deepEqual(
      findings
        .filter(({ severity }) => severity !== 'note')
        .map(({ code, subject, detail }) => [code, subject, detail]),
      [],
    )
  })
