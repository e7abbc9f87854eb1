import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { exportPlugins } from '../src/export/export-command.ts'
import { checkGeneratedFiles, generateFiles } from '../src/generated-files.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const command = fileURLToPath(new URL('../bin/export.ts', import.meta.url))
const out = temporaryFolder()

/** Runs the command in a new process. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', command, ...args],
    { cwd: root, encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

test('one plugin, with its own URL, in a chosen folder', () => {
  const { status, stdout } = run('todo', '--url', 'https://todo.example.com/', '--out', out)
  assert.equal(status, 0)
  assert.match(stdout, /^todo: 12 files in \S+\n$/)
  const read = (file: string) => JSON.parse(readFileSync(join(out, 'todo', file), 'utf8'))
  assert.equal(read('ai-plugin.json').api.url, 'https://todo.example.com/openapi.yaml')
  assert.equal(read('m365/openapi.json').servers[0].url, 'https://todo.example.com')
  assert.equal(read('agent-plugin/mcp.json').mcpServers.todo.url, 'https://todo.example.com/mcp')
})

test('every plugin, equal to the files in generated; a plugin that Copilot cannot sign in to says so', async () => {
  const lines = (await exportPlugins(['--out', join(out, 'all')], root)).join('\n')
  for (const name of ['flights', 'food', 'news', 'notes', 'stocks', 'todo']) {
    assert.match(lines, new RegExp(`^${name}: \\d+ files`, 'm'))
    for (const file of ['openapi.yaml', `agent-plugin/skills/${name}/SKILL.md`])
      assert.equal(
        readFileSync(join(out, 'all', name, file), 'utf8'),
        readFileSync(join(root, 'plugins', name, 'generated', file), 'utf8'),
      )
  }
  assert.match(lines, /^news: .*no m365/m)
  assert.equal(existsSync(join(out, 'all/news/m365')), false)
})

test('the command prints a refusal as one line, with exit code 1', () => {
  const { status, stdout, stderr } = run('nothing')
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /^[^\n]+ nothing[^\n]+\n$/)
})

writeFileSync(join(out, 'file'), '')
const refused: [args: string[], line: RegExp][] = [
  [['nothing'], /The plugin nothing does not exist: choose flights, food, news, notes, stocks, todo/],
  [['../todo'], /does not exist/],
  [['todo', '--url', 'todo.example.com'], /must be an http or https URL/],
  [['todo', '--url', 'https://todo.example.com/api?a=1'], /must be an http or https URL/],
  [['todo', '--url', 'https://todo.example.com/mcp'], /begins with \/mcp/],
  [['todo', '--url', ''], /must be an http or https URL/],
  [['todo', '--url', 'http://todo.example.com'], /must begin with https/],
  [['todo', '--url', 'http://localhost.example.com'], /must begin with https/],
  [['--url', 'https://todo.example.com'], /name the plugin/],
  [['todo', '--out', ''], /must name a folder/],
  [['todo', '--out', join(out, 'file')], /cannot be written/],
  [['todo', '--colour'], /--colour/],
]
for (const [args, line] of refused)
  test(`"${args.join(' ').replace(out, 'OUT')}" is refused in one line`, async () => {
    await assert.rejects(exportPlugins(args, root), ({ message }: Error) => {
      assert.match(message, line)
      assert.match(message, /^[^\n]+$/)
      return true
    })
  })

test('the check fails for a file that differs and for one that is left over', async () => {
  const generated = await generateFiles(join(root, 'plugins/todo'), 'http://localhost:3333')
  await checkGeneratedFiles(generated)
  const folder = join(out, 'stale')
  for (const [file, text] of Object.entries(generated.files)) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  await checkGeneratedFiles({ ...generated, folder })
  writeFileSync(join(folder, 'm365/old.json'), '{}')
  await assert.rejects(checkGeneratedFiles({ ...generated, folder }), /nothing generates m365\/old\.json/)
  writeFileSync(join(folder, 'agent-plugin/mcp.json'), '{}')
  await assert.rejects(checkGeneratedFiles({ ...generated, folder }), /agent-plugin\/mcp\.json in generated\/ differ/)
})
