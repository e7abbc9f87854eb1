import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import { before, describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pack } from '@reference-plugins/packing'
import { temporaryFolder } from '@reference-plugins/store/temporary'

// Plain npm installs the tarballs into empty folders outside the repository, as everybody else does.

const root = join(import.meta.dirname, '..', '..', '..')
const todo = join(root, 'plugins', 'todo')
const [, zod = ''] = /^ {2}zod: (.+)$/m.exec(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) ?? []
const testRunners = { vitest: '5.1.1', jest: '30.5.2', mocha: '12.0.3' }
const isOffline = await run('npm', ['view', `zod@${zod}`, 'version', '--fetch-retries=0'], root).then(
  () => false,
  () => 'npm cannot reach its registry',
)
let tarballs: Map<string, string>

interface Ran {
  code: number
  output: string
}

/** Runs a command without what pnpm sets for the commands in it. */
function run(command: string, words: string[], cwd: string, more: Record<string, string> = {}): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm|pnpm|node_test|contract)_/i.test(name))
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', ...more }
  return new Promise((resolve, reject) => {
    execFile(command, words, { cwd, env, timeout: 480_000 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`
      if (command === 'npm' && error) reject(new Error(`npm ${words.join(' ')}: ${output}`))
      else resolve({ code: Number(error?.code ?? 0), output })
    })
  })
}

const tarball = (name: string): string => `file:${tarballs.get(`@reference-plugins/${name}`)}`

async function install(folder: string, names: string[], packages: Record<string, string> = {}): Promise<void> {
  const dependencies = Object.fromEntries(names.map((name) => [`@reference-plugins/${name}`, tarball(name)]))
  const manifest = { name: 'todo', version: '0.1.0', type: 'module', dependencies: { ...dependencies, ...packages } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], folder)
}

/** A server whose one answer does not match its schema. */
async function serveFaulty(t: TestContext): Promise<string> {
  const schema = { type: 'object', properties: { count: { type: 'integer', description: 'How many' } } }
  const responses = { 200: { description: 'The count', content: { 'application/json': { schema } } } }
  const operation = { operationId: 'count', summary: 'Counts', responses }
  const server = createServer(({ url }, answer) => {
    const document = {
      openapi: '3.1.0',
      info: { title: 'Counter', version: '1' },
      paths: { '/count': { get: operation } },
    }
    const isCall = url === '/count'
    answer.writeHead(isCall || url === '/openapi.json' ? 200 : 404, { 'content-type': 'application/json' })
    answer.end(JSON.stringify(isCall ? { count: 'many' } : document))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** With the compiler of the repository, but with the types of the tarballs. */
function checkTypes(folder: string): Promise<Ran> {
  const compilerOptions = {
    target: 'es2024',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src', 'test'] }))
  return run(join(root, 'node_modules/.bin/tsc'), ['-p', folder], folder)
}

const body = `const { findings } = await checkPlugin({ baseUrl: process.env.API })`
const libraryTests: Record<string, { file: string; lines: string; command: string[]; node?: string }> = {
  'node:test': {
    file: 'node.test.js',
    lines: `import assert from 'node:assert/strict'
import { test } from 'node:test'
test('the API keeps its contract', async () => { ${body}; assert.deepEqual(findings, []) })`,
    command: ['node', '--test', 'node.test.js'],
  },
  vitest: {
    file: 'vitest.test.js',
    lines: `import { expect, test } from 'vitest'
test('the API keeps its contract', { timeout: 60_000 }, async () => { ${body}; expect(findings).toEqual([]) })`,
    command: ['node_modules/.bin/vitest', 'run', 'vitest.test.js'],
  },
  jest: {
    file: 'jest.test.js',
    lines: `test('the API keeps its contract', async () => { ${body}; expect(findings).toEqual([]) }, 60_000)`,
    command: ['node_modules/.bin/jest', 'jest.test.js'],
    node: '--experimental-vm-modules',
  },
  mocha: {
    file: 'mocha.test.js',
    lines: `import assert from 'node:assert/strict'
it('keeps its contract', async () => { ${body}; assert.deepEqual(findings, []) }).timeout(60_000)`,
    command: ['node_modules/.bin/mocha', 'mocha.test.js'],
  },
}

// Side by side, because each waits for npm.
describe('outside the repository', { skip: isOffline, concurrency: true }, () => {
  before(async () => {
    tarballs = await pack(root, temporaryFolder('disk'))
  })

  test('a plugin in a folder of its own starts, answers and is tested', {
    skip: isOffline,
    timeout: 480_000,
  }, async (t) => {
    const folder = temporaryFolder('disk')
    for (const part of ['src', 'views', 'logo.png', 'legal.html', 'test/contract.test.ts'])
      cpSync(join(todo, part), join(folder, part), { recursive: true })
    await install(folder, ['core', 'telemetry', 'store', 'guarded-fetch', 'contract', 'testing', 'oauth-server'], {
      zod,
    })

    const port = 20_000 + Math.floor(Math.random() * 10_000)
    const child = spawn(join(folder, 'node_modules/.bin/run-ts'), ['src/main.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: String(port), DATABASE_URL: `file:${join(folder, 'todo.sqlite')}` },
      stdio: 'ignore',
    })
    t.after(() => child.kill())
    const url = `http://127.0.0.1:${port}`
    const isReady = () =>
      fetch(`${url}/livez`).then(
        (answer) => answer.ok,
        () => false,
      )
    for (let tries = 0; tries < 1_000 && !(await isReady()); tries++) await sleep(50)
    const added = await fetch(`${url}/todos/jo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"todo": "buy milk"}',
    })
    assert.deepEqual(await added.json(), { status: 'success' })
    const files = ['/', '/docs']
    for (const path of files) {
      const answer = await fetch(url + path, { headers: { accept: 'text/html' } })
      assert.equal(answer.status, 200, path)
      if (path === '/' || path === '/docs')
        files.push(...Array.from((await answer.text()).matchAll(/"(\/_page\/[^"]+)"/g), ([, name = '']) => name))
    }
    assert.ok(files.includes('/_page/swagger-ui.js'), files.join())

    const [own, whole, types, oauth] = await Promise.all([
      run(join(folder, 'node_modules/.bin/run-tests'), ['--share'], folder),
      run(join(folder, 'node_modules/.bin/contract'), [url, '--strict'], folder),
      checkTypes(folder),
      run(
        'node',
        ['-e', "import('@reference-plugins/oauth-server').then((all) => console.log(Object.keys(all).length))"],
        folder,
      ),
    ])
    assert.equal(own.code, 0, own.output)
    assert.match(own.output, /pass \d\d/)
    assert.equal(whole.code, 0, whole.output)
    assert.equal(types.output, '')
    assert.match(oauth.output, /^\d+$/m)
  })

  test('npx runs the tester in an empty folder, and it is small', { timeout: 300_000 }, async (t) => {
    const folder = temporaryFolder('disk')
    const file = tarballs.get('@reference-plugins/contract') ?? ''
    cpSync(file, join(folder, basename(file)))
    const url = await serveFaulty(t)
    const { code, output } = await run('npx', ['-y', `./${basename(file)}`, url], folder)
    assert.match(output, /error answer-schema {2}count/)
    assert.equal(code, 1)
    assert.ok(!existsSync(join(folder, 'node_modules')), 'npx leaves nothing behind')

    await install(folder, ['contract'])
    const files = globSync('node_modules/**', { cwd: folder, withFileTypes: true }).filter((one) => one.isFile())
    const size = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).blocks * 512, 0)
    assert.ok(size < 20_000_000, `${size} bytes`)
    const names = globSync('node_modules/@reference-plugins/*', { cwd: folder }).map((path) => basename(path))
    assert.deepEqual(names, ['contract'], 'the tester needs no other package of the workspace')
    for (const part of ['LICENSE', 'README.md', 'dist/src/index.d.ts', 'dist/npm/LICENSES.txt'])
      assert.ok(existsSync(join(folder, 'node_modules/@reference-plugins/contract', part)), part)
  })

  test('the tester is used in node:test, vitest, jest and mocha', { timeout: 300_000 }, async (t) => {
    const folder = temporaryFolder('disk')
    await install(folder, ['contract'], testRunners)
    const url = await serveFaulty(t)
    await Promise.all(
      Object.entries(libraryTests).map(
        async ([
          name,
          {
            file,
            lines,
            command: [program = '', ...words],
            node = '',
          },
        ]) => {
          writeFileSync(join(folder, file), `import { checkPlugin } from '@reference-plugins/contract'\n${lines}\n`)
          const { code, output } = await run(program, words, folder, { API: url, NODE_OPTIONS: node })
          assert.equal(code, 1, `${name}: ${output}`)
          assert.match(output, /answer-schema/, name)
        },
      ),
    )
  })
})

test('the tarballs export what the packages export', () => {
  for (const file of globSync('packages/*/package.json', { cwd: root })) {
    const { exports, bin, publishConfig } = JSON.parse(readFileSync(join(root, file), 'utf8'))
    if (publishConfig) assert.deepEqual(publishConfig, toBuilt({ exports, ...(bin && { bin }) }), file)
  }
})

function toBuilt(paths: string | object): unknown {
  if (typeof paths === 'string') return paths.replace('./', './dist/').replace(/\.ts$/, '.js')
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, toBuilt(path)]))
}
