import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, globSync, readdirSync } from 'node:fs'
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { freePort } from '../src/processes/index.ts'
import { temporaryFolder } from '../src/temporary.ts'

// `cp -r plugins/stocks plugins/mine` is enough to start a plugin of your own.

const run = promisify(execFile)
const plugins = join(import.meta.dirname, '../../../plugins')
const names = readdirSync(plugins).filter((name) => existsSync(join(plugins, name, 'package.json')))
const notCopied = ['node_modules', '.data', '.turbo']
const temporary = temporaryFolder()
const { PATH, NODE_COMPILE_CACHE } = process.env
const environment = { PATH, TMPDIR: temporary, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) }

interface Manifest {
  name_for_model: string
  api: { url: string }
}

const copies = await Promise.all(names.map(copyPlugin))

for (const { name, folder, port } of copies)
  test(`a copy of ${name} under a new name starts`, { timeout: 60_000 }, async () => {
    const manifest = await readManifest(folder, port)
    assert.equal(manifest.name_for_model, 'mine')
    assert.equal(manifest.api.url, `http://localhost:${port}/openapi.yaml`)
  })

test('the copies pass their contract tests', { timeout: 120_000 }, async () => {
  const files = copies.map(({ folder }) => join(folder, 'test/contract.test.ts'))
  // One process for all loads the packages once.
  const words = ['--disable-warning=ExperimentalWarning', '--test', '--test-isolation=none', ...files]
  await run(process.execPath, words, { cwd: temporary, env: environment }).catch((error) => assert.fail(error.stdout))
})

/** Copies the plugin to a temporary folder and renames it as docs/writing-a-plugin.md says. */
async function copyPlugin(name: string) {
  const folder = join(temporary, name, 'mine')
  await cp(join(plugins, name), folder, { recursive: true, filter: (path) => !notCopied.includes(basename(path)) })
  // In place of an install. It has the dependencies in package.json and nothing else.
  await symlink(join(plugins, name, 'node_modules'), join(folder, 'node_modules'))

  const port = await freePort()
  const [, oldPort] = /port: (\d+)/.exec(await readFile(join(folder, 'src/main.ts'), 'utf8')) ?? []
  assert.ok(oldPort)
  const create = `create${name.charAt(0).toUpperCase()}${name.slice(1)}Plugin`
  await replace(join(folder, 'package.json'), { [`"name": "${name}"`]: '"name": "mine"' })
  await replace(join(folder, 'src/main.ts'), { [oldPort]: String(port), [create]: 'createMinePlugin' })
  await replace(join(folder, 'src/plugin.ts'), { [`name: '${name}'`]: "name: 'mine'", [create]: 'createMinePlugin' })
  for (const file of globSync('test/**/*.ts', { cwd: folder })) {
    const path = join(folder, file)
    if ((await readFile(path, 'utf8')).includes(create)) await replace(path, { [create]: 'createMinePlugin' })
  }
  return { name, folder, port }
}

async function replace(path: string, changes: Record<string, string>): Promise<void> {
  let text = await readFile(path, 'utf8')
  for (const [before, after] of Object.entries(changes)) {
    assert.ok(text.includes(before), `${path} has no ${before}`)
    text = text.replaceAll(before, after)
  }
  await writeFile(path, text)
}

/** Starts the plugin, reads its manifest, and stops it. */
async function readManifest(folder: string, port: number): Promise<Manifest> {
  const server = spawn(process.execPath, ['src/main.ts'], { cwd: folder, env: environment })
  const closed = new Promise((resolve) => server.once('close', resolve))
  try {
    let output = ''
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output += chunk
        if (output.includes(`mine is ready at http://localhost:${port}`)) resolve()
      }
      server.stdout.on('data', read)
      server.stderr.on('data', read)
      closed.then(() => reject(new Error(`The copy did not start: ${output}`)))
    })
    const response = await fetch(`http://127.0.0.1:${port}/.well-known/ai-plugin.json`)
    return (await response.json()) as Manifest
  } finally {
    server.kill('SIGKILL')
    await closed
  }
}
