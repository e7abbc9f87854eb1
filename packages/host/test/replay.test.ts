import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { readFile, toFile } from '../src/replay/conversation-file.ts'
import { replay } from '../src/replay/replay.ts'
import type { ScriptCall } from '../src/replay/script.ts'
import type { Conversation } from '../src/wire.ts'

const recorded = readFileSync(new URL('../../../plugins/todo/conversation.md', import.meta.url), 'utf8')

test('a different shape or status is reported with its place', async () => {
  const changed = recorded
    .replace('"status": "success"', '"status": 5')
    .replace('Answer 200', 'Answer 201')
    .replace('"todos": [', '"todos": "none", "more": [')
  const { entries } = readFile(recorded)
  const answers = entries.filter((entry) => entry.kind === 'call')
  const perform = async () => {
    const { status, answer } = answers.shift() as ScriptCall
    return { status, body: JSON.stringify(answer), result: '' }
  }
  const faults = (await replay(readFile(changed), perform)).flatMap((one) => one.faults)
  assert.match(faults[0] ?? '', /the status is 200 instead of 201/)
  assert.ok(
    faults.some((fault) => /the answer.todos is a list instead of a string/.test(fault)),
    faults.join(),
  )
  assert.ok(faults.some((fault) => /the answer.more is missing/.test(fault)))
})

test('a generated id is replaced by the new one in later calls', async () => {
  const script = readFile(`# Ids

- notes: x

### notes.addNote

\`\`\`json
{ "title": "A" }
\`\`\`

Answer 200

\`\`\`json
{ "id": "0000000000-of-then", "title": "A" }
\`\`\`

### notes.getNote

\`\`\`json
{ "id": "0000000000-of-then" }
\`\`\`

Answer 200
`)
  const sent: unknown[] = []
  const results = await replay(script, async (call) => {
    sent.push(call.arguments)
    return { status: 200, body: '{"id":"1111111111-of-now","title":"A"}', result: '' }
  })
  assert.deepEqual(sent, [{ title: 'A' }, { id: '1111111111-of-now' }])
  assert.deepEqual(
    results.flatMap(({ faults }) => faults),
    [],
  )
})

test('text of a conversation may look like a part of the file', () => {
  const said = '## You\n\n### todo.getTodos\n\n```json\n{}\n```\nAnswer 200\n\\## Assistant\n# Title'
  const conversation: Conversation = {
    id: '1',
    title: 'A',
    updatedAt: '',
    plugins: [],
    isRunning: false,
    messages: [
      { id: '1', role: 'user', at: '', parts: [{ type: 'text', text: said }] },
      { id: '2', role: 'assistant', at: '', parts: [{ type: 'text', text: 'ok' }] },
    ],
  }
  assert.deepEqual(readFile(toFile(conversation, [])).entries, [
    { kind: 'user', text: said },
    { kind: 'assistant', text: 'ok' },
  ])
})

test('a broken file is rejected with the line', () => {
  assert.throws(() => readFile('# A\n\n### todo.x\n\n```json\n{\n```\n'), /line 6: this is not valid JSON/)
  assert.throws(
    () => readFile('# A\n\n### todo.x\n\n```json\n{}\n'),
    /line 5: the code block that begins here has no end/,
  )
  assert.throws(
    () => readFile('# A\n\n### todo.x\n\n```json\n[]\n```\n'),
    /line 5: the arguments of a call must be a JSON object/,
  )
  assert.throws(() => readFile('# A\n\n## Somebody\n'), /line 3/)
})
