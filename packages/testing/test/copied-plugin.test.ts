import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, globSync, readdirSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'

// `cp -r plugins/stocks plugins/mine` is enough to start a plugin of your own.

const run = promisify(execFile)
const plugins = join(import.meta.dirname, '../../../plugins')
const names = readdirSync(plugins).filter((name) => existsSync(join(plugins, name, 'package.json')))
const notCopied = ['node_modules', '.data', '.turbo']

interface Manifest {
  name_for_model: string
  api: { url: string }
}

for (const name of names)
  test(`a copy of ${name} under a new name starts and passes its contract test`, { timeout: 120_000 }, async (t) => {
    const { folder, port, environment } = await copyPlugin(t, name)
    const [manifest] = await Promise.all([
      readManifest(folder, port, environment),
      run(process.execPath, ['--test', 'test/contract.test.ts'], { cwd: folder, env: environment }).catch((error) =>
        assert.fail(error.stdout),
      ),
    ])
    assert.equal(manifest.name_for_model, 'mine')
    assert.equal(manifest.api.url, `http://localhost:${port}/openapi.yaml`)
  })

/** Copies the plugin to a temporary folder and renames it as docs/writing-a-plugin.md says. */
async function copyPlugin(t: TestContext, name: string) {
  const temporary = await mkdtemp(join(tmpdir(), 'copied-plugin-'))
  t.after(() => rm(temporary, { recursive: true, force: true, maxRetries: 3 }))
  const folder = join(temporary, 'mine')
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

  const { PATH, NODE_COMPILE_CACHE } = process.env
  const environment = { PATH, TMPDIR: temporary, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) }
  return { folder, port, environment }
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
async function readManifest(folder: string, port: number, environment: NodeJS.ProcessEnv): Promise<Manifest> {
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
