import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../../packages/store/src/temporary.ts'
import { freePort } from '../../packages/testing/src/processes/index.ts'
import { blockWith } from './page.ts'
import { missing, shell } from './shell.ts'

// What can be checked of configurations without the service that reads them, and the command of the unit of systemd.

const root = join(import.meta.dirname, '../..')
const unit = readFileSync(join(root, 'deploy/plugin@.service'), 'utf8')

// The program of Docker itself, or Debian's of 2021, which does not know `name`.
const compose = missing('docker') || dockerHasNoCompose() ? 'docker-compose' : 'docker compose'

function dockerHasNoCompose(): boolean {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
}

test('compose.yaml is valid, and says what is missing', { skip: missing(compose.split(' ')[0] ?? '') }, async () => {
  const folder = temporaryFolder()
  const text = readFileSync(join(root, 'compose.yaml'), 'utf8')
  writeFileSync(join(folder, 'compose.yaml'), compose === 'docker-compose' ? text.replace(/^name: .*$/m, '') : text)
  const password = blockWith('Several instances', 'openssl rand').split('\n')[0] ?? ''
  await shell(`cd ${folder}; ${password}`)
  assert.match(readFileSync(join(folder, 'secrets/database-password'), 'utf8'), /^[0-9a-f]{64}\n$/)
  const config = `${compose} --file ${folder}/compose.yaml config`
  const read = await shell(config, {}, { DOMAIN: 'todo.example.com' })
  assert.match(read, /PUBLIC_URL: https:\/\/todo\.example\.com/)
  assert.equal(read.match(/read_only: true/g)?.length, 3)
  await assert.rejects(shell(config, {}, { DOMAIN: '' }), /set DOMAIN to the name of your server/)
})

test('the unit is valid, and limits what the process can do', { skip: missing('systemd-analyze') }, async () => {
  const file = join(temporaryFolder(), 'plugin@todo.service')
  copyFileSync(join(root, 'deploy/plugin@.service'), file)
  // A machine for tests may have no Node.js at the place where packages of Node.js put it.
  if (!existsSync('/usr/bin/node')) writeFileSync(file, unit.replace('/usr/bin/node', process.execPath))
  assert.equal(await shell(`systemd-analyze verify ${file}`), '')
  const security = await shell(`systemd-analyze security --offline=true --no-pager ${file}`)
  const [, exposure = '10'] = /Overall exposure level for plugin@todo\.service: ([\d.]+)/.exec(security) ?? []
  assert.ok(Number(exposure) < 2, security)
})

const isRoot = process.getuid?.() === 0

test('the command of the unit runs with its environment, as another user', {
  skip: !isRoot && 'only as root',
}, async () => {
  const folder = temporaryFolder('disk')
  chmodSync(folder, 0o755)
  const names = { '/opt/todo': join(folder, 'opt'), '/var/lib/todo': join(folder, 'lib') }
  const named = (text: string) =>
    Object.entries(names).reduce((all, [name, value]) => all.replaceAll(name, value), text.replaceAll('%i', 'todo'))
  await shell(blockWith('A plain machine', 'standalone'), names)
  execFileSync('chmod', ['-R', 'a+rX,go-w', names['/opt/todo']])
  const [uid, gid] = [65_534, 65_534]
  mkdirSync(names['/var/lib/todo'], { mode: 0o700 })
  chownSync(names['/var/lib/todo'], uid, gid)
  const settingOf = (key: string) => named(new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '')
  const port = await freePort()
  const variables = `${settingOf('Environment').replaceAll(' ', '\n')}\n${blockWith('A plain machine', 'PUBLIC_URL', 'ini')}`
  const pairs = variables.replace('PORT=3333', `PORT=${port}`).trim().split('\n')
  const env = Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/).slice(0, 2)))
  const [, ...words] = settingOf('ExecStart').split(' ')
  const options = { cwd: settingOf('WorkingDirectory'), env, uid, gid }
  // The other user may not be able to read the one that runs this test.
  const node = join(folder, 'node')
  copyFileSync(process.execPath, node)
  chmodSync(node, 0o755)
  const child = spawn(node, words, options)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  process.on('exit', () => child.kill('SIGKILL'))
  for (let tries = 0; !output.includes('todo is ready at https://todo.example.com'); tries++) {
    assert.ok(child.exitCode === null && tries < 400, output)
    await sleep(50)
  }
  assert.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  assert.ok(existsSync(join(names['/var/lib/todo'], 'data.sqlite')))
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})
