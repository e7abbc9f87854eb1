import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { runPrinted } from '@reference-plugins/testing/printed'
import { type WorkspacePlugin, workspacePlugins } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { main } from '../src/command/main.ts'
import { type ServedModel, serveModel } from './models/openai-double.ts'

const root = new URL('../../../', import.meta.url)
process.chdir(root.pathname)
const database = temporaryDatabase()
let locals: WorkspacePlugin[]
let model: ServedModel
before(async () => {
  locals = await workspacePlugins(root.pathname)
  model = await serveModel((_, index) =>
    index % 2 === 0
      ? { calls: [{ name: 'todo__getTodos', arguments: { username: 'bob' } }] }
      : { text: 'There is milk to buy.' },
  )
})
after(async () => {
  model.close()
  await Promise.all(locals.map((one) => one.end()))
})
const environment = {
  DATABASE_URL: database,
  OLLAMA_HOST: '127.0.0.1:1',
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  ANTHROPIC_API_KEY: '',
}
const local = (name: string) => locals.find((one) => one.name === name) as WorkspacePlugin
const address = (name: string) => local(name).url.replace('http://', '').replace('127.0.0.1', 'localhost')

async function host(
  words: string[],
  { input = '', ...more }: Record<string, string> = {},
): Promise<{ code: number | null; output: string; answer: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'packages/host/bin/host.ts', ...words],
    {
      cwd: root,
      env: {
        ...process.env,
        ...environment,
        ...more,
      },
    },
  )
  let output = ''
  let answer = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  child.stdout.on('data', (chunk) => (answer += chunk))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output, answer }
}

const hostHere = (words: string[]) => runPrinted(main, words, environment)

test('a plugin is registered step by step, and one that is not there is not', async () => {
  const { code, output } = await host(['register', address('todo')])
  assert.equal(code, 0, output)
  assert.match(output, /✔ reach .*\n✔ manifest .*\n✔ read manifest .*/)
  assert.match(output, /Registered as todo. Next: pnpm host activate todo/)
  const none = await host(['register', 'localhost:59999'])
  assert.equal(none.code, 1)
  assert.match(none.output, /✖ reach .*Nothing listens at localhost:59999/)
})

test('it is activated and called, and what it changes is asked for', async () => {
  assert.equal((await host(['activate', 'todo'])).code, 0)
  const asked = await host(['call', 'todo.addTodo', '{"username":"bob","todo":"milk"}'])
  assert.equal(asked.code, 2)
  assert.match(asked.output, /add --yes to allow it/)
  assert.equal((await host(['call', 'todo.addTodo', '{"username":"bob","todo":"milk"}', '--yes'])).code, 0)
  const read = await host(['call', 'todo.getTodos', '{"username":"bob"}'])
  assert.deepEqual([read.code, JSON.parse(read.answer)], [0, { todos: ['milk'] }])
})

test('a user signs in by OAuth without a browser, and tokens are given on the command line', async () => {
  assert.equal((await hostHere(['register', address('notes')])).code, 0)
  const { username = '', password = '' } = local('notes').oauth?.signIn ?? {}
  const active = await hostHere(['activate', 'notes', '--username', username, `--password=${password}`])
  assert.equal(active.code, 0, active.output)
  assert.equal((await hostHere(['call', 'notes.listNotes'])).code, 0)
  assert.equal((await hostHere(['register', address('stocks'), `--service-token=${local('stocks').token}`])).code, 0)
  assert.equal((await hostHere(['activate', 'stocks'])).code, 0)
  assert.equal((await hostHere(['call', 'stocks.getQuotes', '{"symbols":["IBM"]}'])).code, 0)
  const { output } = await hostHere(['list'])
  for (const words of [
    /todo .* auth none {2}active/,
    /notes .* auth oauth {2}active/,
    /stocks .* auth service_http {2}active/,
    /todo.deleteTodo .*asks first/,
  ])
    assert.match(output, words)
})

test('a conversation is held on the terminal with the model that is found', async () => {
  const { code, output } = await host(['chat', '--plugin', 'todo'], {
    input: 'What is on the list?\n\n',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'double-1',
  })
  assert.equal(code, 0, output)
  assert.match(output, /double-1 answers[\s\S]*\[todo.getTodos 200\][\s\S]*There is milk to buy\./)
  const without = await host(['chat'])
  assert.equal(without.code, 2)
  assert.match(without.output, /No model was found: set OPENAI_API_KEY/)
})

test('conversations are replayed, and a change of the plugin is the exit code 1', async () => {
  const file = 'plugins/todo/conversation.md'
  const good = await hostHere(['replay', file])
  assert.equal(good.code, 0, good.output)
  assert.match(good.output, /conversation.md: 4 calls as recorded, 0 not/)
  const changed = join(database.slice('file:'.length, -'plugin.sqlite'.length), 'changed.md')
  writeFileSync(
    changed,
    '# A\n\n### todo.getTodos\n\n```json\n{"username":"ada"}\n```\n\nAnswer 200\n\n```json\n{"items":[]}\n```\n',
  )
  const bad = await hostHere(['replay', changed])
  assert.equal(bad.code, 1)
  assert.match(bad.output, /✖ todo.getTodos\n {2}the answer.items is missing/)
})

test('what is typed wrongly is answered with what to type', async () => {
  for (const [words, hint] of [
    [[], /register ADDRESS/],
    [['nonsense'], /register ADDRESS/],
    [['register'], /Give the address/],
    [['call', 'nobody.read'], /There is no plugin nobody: there are/],
    [['call', 'todo.nothing'], /has no operation nothing: there are getTodos/],
    [['call', 'todo.getTodos', '{'], /JSON object in quotes/],
    [['activate', 'todo', '--wrong'], /--wrong/],
    [['replay', 'nowhere.md'], /nowhere.md/],
  ] as const) {
    const { code, output } = await hostHere([...words])
    assert.equal(code, words.length === 0 ? 0 : 2, words.join(' '))
    assert.match(output, hint)
    assert.ok(!/ {4}at /.test(output), output)
  }
})
