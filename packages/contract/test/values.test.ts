import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SchemaCheck } from '../src/schema-check.ts'
import { Values } from '../src/values/values.ts'

test('no limit or example above 2^53 is sent, because it may have been rounded', async () => {
  const values = await Values.open(new SchemaCheck('3.1'), 1)
  const schema = JSON.parse(
    '{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807,"example":9223372036854775807}',
  )
  const sent = [values.ordinary(schema), ...values.edges(schema), ...values.broken(schema).map(({ value }) => value)]
  assert.deepEqual(
    sent.filter((one) => Number.isInteger(one) && !Number.isSafeInteger(one)),
    [],
  )
  assert.ok(values.edges(schema).includes(0))
})
