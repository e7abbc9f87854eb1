import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { attributes, metrics, spans } from '../src/sent.ts'

const names = new Set(Object.values(conventions).map(String))
const isOwn = (name: string) => name.startsWith('reference_plugins.')

test('every attribute and metric is in the semantic conventions, or has the prefix of this project', () => {
  const all = [...Object.keys(attributes), ...Object.values(metrics).map(({ name }) => name)]
  assert.deepEqual(
    all.filter((name) => !isOwn(name) && !names.has(name)),
    [],
  )
})

test('every attribute is used, and none is that of an input, a user or a client', () => {
  const used = new Set<string>(
    [...Object.values(spans), ...Object.values(metrics)].flatMap((one) => [...one.attributes]),
  )
  assert.deepEqual([...used].sort(), Object.keys(attributes).sort())
  const refused =
    /^(client|enduser|user|user_agent|network\.peer|url\.(path|query|full|original)|db\.query\.parameter|gen_ai\.(input|output|system_instructions|tool\.call)|exception|http\.(request|response)\.(header|body))\b/
  assert.deepEqual(
    [...used].filter((name) => refused.test(name)),
    [],
  )
})

test('no metric has an attribute of which there are many values', () => {
  const many = ['server.address', 'gen_ai.conversation.id', 'db.query.text']
  for (const { name, attributes: own } of Object.values(metrics))
    assert.deepEqual(
      own.filter((attribute) => many.includes(attribute)),
      [],
      name,
    )
})
