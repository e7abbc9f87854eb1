import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type WorkspacePlugin, workspacePlugins } from '@reference-plugins/testing/processes'
import { perform } from '../src/command/replay-files.ts'
import { readFile, type Script, toFile } from '../src/replay/conversation-file.ts'
import { replay } from '../src/replay/replay.ts'
import type { Conversation } from '../src/wire.ts'
import { activateLocal } from './activate-local.ts'
import { type ServedHost, serveHost } from './fixture.ts'

const root = new URL('../../../', import.meta.url)
let locals: WorkspacePlugin[]
let served: ServedHost
before(async () => {
  locals = await workspacePlugins(root.pathname)
  served = await serveHost()
})
after(async () => {
  await served.close()
  await Promise.all(locals.map((one) => one.end()))
})

const textOf = (name: string): string => readFileSync(new URL(`plugins/${name}/conversation.md`, root), 'utf8')
async function replayed(script: Script, name: string) {
  const { id } = await activateLocal(served.browser(), locals.find((one) => one.name === name) as WorkspacePlugin)
  const plugin = await served.host.plugins.visible('only', id)
  return replay(script, (call) => perform({ host: served.host, user: 'only' }, plugin, call))
}

for (const name of ['todo', 'stocks', 'news', 'notes'])
  test(`${name}: the conversation that its README quotes is answered today as it was`, async () => {
    const results = await replayed(readFile(textOf(name)), name)
    assert.ok(results.length >= 2)
    assert.deepEqual(
      results.flatMap(({ faults }) => faults),
      [],
    )
    const readme = readFileSync(new URL(`plugins/${name}/README.md`, root), 'utf8')
    const { entries } = readFile(textOf(name))
    for (const entry of entries)
      if (entry.kind !== 'call') assert.ok(readme.includes(entry.text), `the README quotes: ${entry.text}`)
  })

test('an answer of another shape or status is told, by its place', async () => {
  const script = readFile(
    textOf('todo')
      .replace('"status": "success"', '"status": 5')
      .replace('Answer 200', 'Answer 201')
      .replace('"todos": [', '"todos": "none", "more": ['),
  )
  const faults = (await replayed(script, 'todo')).flatMap((one) => one.faults)
  assert.match(faults[0] ?? '', /the status is 200 instead of 201/)
  assert.ok(
    faults.some((fault) => /the answer.todos is a list instead of a string/.test(fault)),
    faults.join(),
  )
  assert.ok(faults.some((fault) => /the answer.more is missing/.test(fault)))
})

test('an id that was made up then is replaced by the one that is made up now', async () => {
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
  assert.deepEqual(
    (await replayed(script, 'notes')).flatMap(({ faults }) => faults),
    [],
  )
})

test('what is said may look like the file itself', () => {
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

test('a file that is broken is refused by its line', () => {
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
