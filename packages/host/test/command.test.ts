import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { temporaryDatabase, temporaryFolder } from '@reference-plugins/testing/temporary'
import { main } from '../src/command/main.ts'
import { hostKey } from './fixture.ts'
import { type LocalPlugins, startLocalPlugins } from './local-plugins/local-plugins.ts'
import { putLocal, workspaceFolder } from './local-plugins/workspace-folder.ts'
import { type ServedModel, serveModel } from './models/openai-double.ts'

const root = new URL('../../../', import.meta.url)
process.chdir(root.pathname)
const database = temporaryDatabase()
let locals: LocalPlugins
let model: ServedModel
before(async () => {
  locals = await startLocalPlugins()
  model = await serveModel((_, index) =>
    index % 2 === 0
      ? { calls: [{ name: 'todo__getTodos', arguments: { username: 'bob' } }] }
      : { text: 'There is milk to buy.\u001b[8m\r\n\u009b2J' },
  )
})
after(async () => {
  model.close()
  await locals.end()
})
const environment = {
  DATABASE_URL: database,
  ...hostKey(database),
  OLLAMA_HOST: '127.0.0.1:1',
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  ANTHROPIC_API_KEY: '',
}

interface Output {
  code: number | null
  /** What was printed, errors too. */
  output: string
  /** What was printed, without errors. */
  answer: string
}

/** Runs the command in this process. */
async function host(
  words: string[],
  { input = '', terminal = '', ...more }: Record<string, string> = {},
): Promise<Output> {
  const [stdin, stdout, stderr] = [Readable.from([input]), new PassThrough(), new PassThrough()]
  Object.assign(stdout, { isTTY: terminal !== '' })
  let [output, answer] = ['', '']
  for (const stream of [stdout, stderr]) stream.on('data', (chunk) => (output += chunk))
  stdout.on('data', (chunk) => (answer += chunk))
  const code = await main(words, { stdin, stdout, stderr, env: { ...process.env, ...environment, ...more } })
  return { code, output, answer }
}

/** Runs the command as a user does. */
async function hostProcess(words: string[]): Promise<Output> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'packages/host/bin/host.ts', ...words],
    {
      cwd: root,
      env: { ...process.env, ...environment },
    },
  )
  let [output, answer] = ['', '']
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  child.stdout.on('data', (chunk) => (answer += chunk))
  const [code] = await once(child, 'close')
  return { code, output, answer }
}

test('a plugin is registered step by step, and an address without a plugin fails', async () => {
  const { code, output } = await hostProcess(['register', locals.of('todo').address])
  assert.equal(code, 0, output)
  assert.match(output, /✔ reach .*\n✔ manifest .*\n✔ read manifest .*/)
  assert.match(output, /Registered as todo. Next: pnpm host activate todo/)
  const none = await host(['register', 'localhost:59999'])
  assert.equal(none.code, 1)
  assert.match(none.output, /✖ reach .*Nothing listens at localhost:59999/)
})

test('the plugin is activated and called, and a call that changes something needs confirmation', async () => {
  assert.equal((await host(['activate', 'todo'])).code, 0)
  const asked = await host(['call', 'todo.addTodo', '{"username":"bob","todo":"milk"}'])
  assert.equal(asked.code, 2)
  assert.match(asked.output, /add --yes to confirm/)
  assert.equal((await host(['call', 'todo.addTodo', '{"username":"bob","todo":"milk"}', '--yes'])).code, 0)
  const read = await host(['call', 'todo.getTodos', '{"username":"bob"}'])
  assert.deepEqual([read.code, JSON.parse(read.answer)], [0, { todos: ['milk'] }])
  const todo = { username: 'eve', todo: 'x\u009b8m\u202e' }
  assert.equal((await host(['call', 'todo.addTodo', JSON.stringify(todo), '--yes'])).code, 0)
  // A terminal would obey what comes from outside, so it gets it as escapes; another program gets it as it came.
  for (const [terminal, shown] of [
    ['', 'x\u009b8m\u202e'],
    ['yes', 'x\\u009B8m\\u202E'],
  ] as const) {
    const { answer } = await host(['call', 'todo.getTodos', '{"username":"eve"}'], { terminal })
    assert.ok(answer.includes(shown), answer)
  }
})

test('a user signs in by OAuth without a browser, and gives tokens on the command line', async () => {
  assert.equal((await host(['register', locals.of('notes').address])).code, 0)
  const { username, password } = locals.of('notes').signIn
  const active = await host(['activate', 'notes', '--username', username, `--password=${password}`])
  assert.equal(active.code, 0, active.output)
  assert.equal((await host(['call', 'notes.listNotes'])).code, 0)
  assert.equal(
    (await host(['register', locals.of('stocks').address, `--service-token=${locals.of('stocks').token}`])).code,
    0,
  )
  assert.equal((await host(['activate', 'stocks'])).code, 0)
  assert.equal((await host(['call', 'stocks.getQuotes', '{"symbols":["IBM"]}'])).code, 0)
  const { output } = await host(['list'])
  for (const words of [
    /todo .* auth none {2}active/,
    /notes .* auth oauth {2}active/,
    /stocks .* auth service_http {2}active/,
    /todo.deleteTodo .*asks first/,
  ])
    assert.match(output, words)
})

test('a user converses on the terminal with the model that was found', async () => {
  const { code, output } = await host(['chat', '--plugin', 'todo'], {
    input: 'What is on the list?\n\n',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'double-1',
  })
  assert.equal(code, 0, output)
  assert.match(
    output,
    /double-1 answers[\s\S]*\[todo.getTodos 200\][\s\S]*There is milk to buy\.\\u001B\[8m\n\\u009B2J/,
  )
})

test('without a model, what a user types on the terminal finds operations, and Enter accepts what the text states', async () => {
  const { code, output } = await host(['chat'], {
    input: ['Add "buy tea" to my todo list', '1', 'cleo', '', 'y', 'delete a todo', 'zzzzqqq', ''].join('\n'),
  })
  assert.equal(code, 0, output)
  assert.match(output, /There is no model[\s\S]*1 {2}todo\.addTodo {2}Add a todo/)
  assert.match(output, /from "buy tea": it is the text in quotes\n {2}todo \[buy tea\]: /)
  assert.match(output, /Allow\? \[y\/N\] /, 'a call that writes asks')
  assert.match(output, /\[todo\.addTodo 200\]\n\{"status":"success"\}/)
  const { answer } = await host(['call', 'todo.getTodos', '{"username": "cleo"}'])
  assert.deepEqual(JSON.parse(answer), { todos: ['buy tea'] })
  const input = 'delete a todo\n1\ncleo\nfirst\n0\ny\ndelete a todo\n1\n\n\n'
  const again = await host(['chat', '--plugin', 'todo'], { input })
  assert.match(again.output, /"todo_idx" must be a whole number, not "first"\.[\s\S]*\[todo\.deleteTodo 200\]/)
  assert.match(again.output, /Nothing was called\./)
  assert.match((await host(['chat'], { input: 'zzzzqqq\n\n' })).output, /No operation fits/)
})

test('the example of a plugin beside the host is played, and the plugin is registered for it', async () => {
  const HOST_PLUGINS = workspaceFolder({ todo: locals.of('todo'), notes: locals.of('notes') })
  const DATABASE_URL = temporaryDatabase()
  const played = await host(['play', 'todo', '--yes'], { HOST_PLUGINS, DATABASE_URL })
  assert.equal(played.code, 0, played.output)
  assert.match(
    played.output,
    /todo is registered\.[\s\S]*The texts are recorded[\s\S]*> Put "buy milk"[\s\S]*\[todo\.addTodo 200, as recorded\][\s\S]*Both are on the list\.[\s\S]*> I bought the milk/,
  )
  assert.equal(played.output.match(/Both are on the list/g)?.length, 1, 'each text is printed once')
  const refused = await host(['play', 'todo'], { HOST_PLUGINS, DATABASE_URL, input: 'n\n' })
  assert.equal(refused.code, 1)
  assert.match(refused.output, /the example stops here/)
  const notes = await host(['play', 'notes'], { HOST_PLUGINS, DATABASE_URL })
  assert.equal(notes.code, 2)
  assert.match(notes.output, /not active: sign in first\. Next: pnpm host activate notes/)
  const signedIn = await host(['activate', 'notes'], { HOST_PLUGINS, DATABASE_URL })
  assert.match(signedIn.output, /Signing in as developer, the user that notes created for development/)
  assert.ok(!signedIn.output.includes(locals.of('notes').signIn.password))
  const notesAgain = await host(['play', 'notes', '--yes'], { HOST_PLUGINS, DATABASE_URL })
  assert.equal(notesAgain.code, 0, notesAgain.output)
  putLocal(HOST_PLUGINS, 'news', locals.of('news'))
  assert.match((await host(['play', 'news'], { HOST_PLUGINS, DATABASE_URL })).output, /as recorded[\s\S]*as recorded/)
  const other = { HOST_PLUGINS, DATABASE_URL: temporaryDatabase() }
  await host(['register', locals.of('news').address], other)
  assert.match((await host(['activate', 'news'], other)).output, /Using the token that news created for development/)
  putLocal(HOST_PLUGINS, 'stocks', { ...locals.of('stocks'), address: 'localhost:1' })
  const stopped = await host(['play', 'stocks'], { HOST_PLUGINS, DATABASE_URL })
  assert.match(stopped.output, /stocks does not run: start it with pnpm dev --filter stocks/)
  assert.match((await host(['play', 'todo'])).output, /beside this host/)
})

test('conversations are replayed, and a changed answer gives exit code 1', async () => {
  const file = 'plugins/todo/conversation.md'
  const good = await host(['replay', file])
  assert.equal(good.code, 0, good.output)
  assert.match(good.output, /conversation.md: 4 calls as recorded, 0 different/)
  // Other tests replay the same conversation.
  assert.equal((await host(['call', 'todo.deleteTodo', '{"username":"ada","todo_idx":0}', '--yes'])).code, 0)
  const changed = join(temporaryFolder(), 'changed.md')
  writeFileSync(
    changed,
    '# A\n\n### todo.getTodos\n\n```json\n{"username":"ada"}\n```\n\nAnswer 200\n\n```json\n{"items":[]}\n```\n',
  )
  const bad = await host(['replay', changed])
  assert.equal(bad.code, 1)
  assert.match(bad.output, /✖ todo.getTodos\n {2}the answer.items is missing/)
})

/** An API whose spec has the title and the operationIds of many others. */
async function serveNamesake(operationId: string) {
  const server = createServer((request, response) => {
    const operation = { operationId, summary: 'Lists', responses: { 200: { description: 'ok' } } }
    const document = {
      openapi: '3.0.3',
      info: { title: 'My.Shop', version: '1' },
      paths: { '/things': { get: operation } },
    }
    response.setHeader('content-type', 'application/json')
    if (request.url === '/things') return void response.end(JSON.stringify({ port: request.socket.localPort }))
    if (request.url !== '/openapi.json') response.statusCode = 404
    response.end(JSON.stringify(document))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, address: `localhost:${port}`, server }
}

test('plugins of one name are told apart by what list prints, and names may contain full stops', async () => {
  const shops = [await serveNamesake('things.list'), await serveNamesake('things.list'), await serveNamesake('other')]
  try {
    const [first, second] = shops as [(typeof shops)[0], (typeof shops)[0]]
    const alone = await host(['register', first.address])
    assert.match(alone.output, /Next: pnpm host activate My_Shop\n/)
    assert.equal((await host(['activate', 'My.Shop'])).code, 0)
    for (const name of ['My_Shop.things_list', 'My.Shop.things.list', 'my_shop.things_list'])
      assert.deepEqual(JSON.parse((await host(['call', name])).answer), { port: first.port })
    for (const { address } of shops.slice(1)) {
      const { output } = await host(['register', address])
      const [, next = ''] = /Registered as My_Shop\. Next: pnpm host activate (plugin-[\da-f]{8})\n/.exec(output) ?? []
      assert.match((await host(['activate', next])).output, new RegExp(`pnpm host call ${next}\\.`))
    }
    const { output: listed } = await host(['list'])
    const ids = shops.map(
      ({ address }) => new RegExp(`My_Shop {2}(plugin-[\\da-f]{8}) {2}${address} `).exec(listed)?.[1],
    )
    assert.equal(new Set(ids).size, 3, listed)
    for (const [index, id] of ids.slice(0, 2).entries()) {
      assert.match(listed, new RegExp(`${id}\\.things_list`))
      const { answer } = await host(['call', `${id}.things_list`])
      assert.deepEqual(JSON.parse(answer), { port: shops[index]?.port })
    }
    const both = await host(['call', 'My_Shop.things_list'])
    assert.equal(both.code, 2)
    for (const id of ids.slice(0, 2)) assert.ok(both.output.includes(`${id}.things_list  localhost:`), both.output)
    // Only one of the three has this operation.
    assert.equal((await host(['call', 'My_Shop.other'])).code, 0)
    const named = await host(['activate', 'My_Shop'])
    assert.ok(
      ids.every((id) => named.output.includes(`${id}  localhost:`)),
      named.output,
    )
    assert.match((await host(['call', 'nobody.x'])).output, new RegExp(`choose one of .*${ids[0]}`))
    const file = join(temporaryFolder(), 'namesake.md')
    writeFileSync(
      file,
      `# A\n\n- My_Shop: ${second.address}\n\n### My_Shop.things_list\n\n\`\`\`json\n{}\n\`\`\`\n\nAnswer 200\n\n\`\`\`json\n{"port":1}\n\`\`\`\n`,
    )
    const replayed = await host(['replay', file])
    assert.equal(replayed.code, 0, replayed.output)
  } finally {
    for (const { server } of shops) server.close()
  }
})

test('a wrong command prints what to type', async () => {
  for (const [words, hint] of [
    [[], /register ADDRESS/],
    [['nonsense'], /register ADDRESS/],
    [['register'], /Name the address/],
    [['call', 'nobody.read'], /No plugin is called nobody: choose one of/],
    [['call', 'todo'], /Name the operation after a full stop, such as todo.getTodos/],
    [['call'], /Name the operation, such as todo.getTodos/],
    [['call', 'todo.nothing'], /has no operation nothing: choose one of getTodos/],
    [['call', 'todo.getTodos', '{'], /JSON object in quotes/],
    [['activate', 'todo', '--wrong'], /--wrong/],
    [['replay', 'nowhere.md'], /nowhere.md/],
    [['play'], /Name the plugin/],
    [['play', 'nobody'], /No plugin is called nobody/],
  ] as const) {
    const { code, output } = await host([...words])
    assert.equal(code, words.length === 0 ? 0 : 2, words.join(' '))
    assert.match(output, hint)
    assert.ok(!/ {4}at /.test(output), output)
  }
})
