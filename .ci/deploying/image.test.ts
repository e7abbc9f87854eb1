import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { temporaryFolder } from '../../packages/store/src/temporary.ts'
import { freePort } from '../../packages/testing/src/processes/index.ts'
import { buildahIn, makeBaseImages } from './base-image.ts'
import { type ImageConfig, runContainer } from './container.ts'
import { blockWith } from './page.ts'
import { missing, shell } from './shell.ts'
import { askAt } from './todos.ts'

// Builds the images with the commands of docs/deploying.md, by buildah, and runs what is in them.

const skip = (process.getuid?.() !== 0 && 'only as root') || missing('buildah', 'unshare', 'dpkg', 'ldd', 'npm', 'pnpm')

describe('the images of a plugin and of the host', { skip, timeout: 900_000 }, () => {
  const folder = temporaryFolder('disk')
  const buildah = buildahIn(folder)
  const images = new Map<string, { root: string; config: ImageConfig }>()

  before(async () => {
    const options = makeBaseImages(folder, buildah)
    const commands = blockWith('A container host', 'docker build').trim().split('\n')
    // What a fresh clone has, because buildah looks at every file of node_modules before it leaves them out.
    const clone = join(folder, 'clone')
    mkdirSync(clone)
    await shell(`git ls-files -z -co --exclude-standard | tar c --null -T - | tar x -C ${clone}`)
    const build = { 'docker build': `buildah ${buildah.storage} build ${options}` }
    // One after the other, because they share a storage.
    for (const command of commands) await shell(`cd ${clone}; ${command}`, build)
    for (const name of ['todo', 'host']) {
      const { Docker } = JSON.parse(buildah.run('inspect', '--type', 'image', name))
      images.set(name, { root: buildah.run('mount', buildah.run('from', '--pull-never', name)), config: Docker.config })
    }
  })
  after(() => {
    buildah.run('umount', '--all')
    buildah.run('rm', '--all')
  })

  /** Runs an image on a new volume. */
  async function run(name: string, variables: Record<string, string>) {
    const image = images.get(name)
    assert.ok(image)
    const data = join(temporaryFolder('disk'), 'data')
    const { uid, gid, mode } = statSync(join(image.root, 'data'))
    // A new volume is as the folder in the image.
    mkdirSync(data, { mode })
    chownSync(data, uid, gid)
    const port = String(await freePort())
    const all = { HOST: '127.0.0.1', PORT: port, ...variables }
    return {
      ...image,
      data,
      url: `http://127.0.0.1:${port}`,
      container: await runContainer(image.root, image.config, data, all),
    }
  }

  test('todo runs as process 1, as another user, on a read-only file system, and stops on SIGTERM', async (t) => {
    const { config, root, data, url, container } = await run('todo', {
      PUBLIC_URL: 'https://todo.example.com',
      TRUSTED_PROXIES: '1',
    })
    const status = readFileSync(`/proc/${container.pid}/status`, 'utf8')
    assert.match(status, /^NSpid:\t\d+\t1$/m)
    assert.match(status, /^Uid:\t1000\t1000\t/m)
    assert.match(readFileSync(`/proc/${container.pid}/mounts`, 'utf8'), / ro[, ]/)
    assert.equal((await askAt(url)('POST', '/todos/jo', '{"todo": "buy milk"}')).status, 200)
    assert.deepEqual(JSON.parse((await askAt(url)('GET', '/todos/jo')).text), { todos: ['buy milk'] })
    assert.ok(existsSync(join(data, 'data.sqlite')))
    const [, ...check] = config.Healthcheck.Test
    // Outside its name space, the file system is not read-only.
    assert.equal(container.run(check), 0)
    assert.equal(await container.stop(), 0)
    assert.equal(container.run(check), 1)
    const size = Number.parseInt(await shell(`du --summarize --apparent-size --block-size=1M ${root}/app`), 10)
    t.diagnostic(`todo and its packages: ${size} MB`)
    assert.ok(size < 40)
  })

  test('the host runs in the same way, with the page that was built before', async () => {
    const key = 'q7mVb0oXn0Lr2TzWc9d3fHs8gJk1pQe4yUi5oRa6xZc'
    const variables = { PUBLIC_URL: 'https://host.example.com', HOST_USERS: 'accounts', HOST_KEY: key }
    const { root, url, container } = await run('host', variables)
    const page = await fetch(url)
    assert.equal(page.status, 200)
    const [script = ''] = /\/assets\/[\w.-]+\.js/.exec(await page.text()) ?? []
    assert.equal((await fetch(url + script)).status, 200)
    assert.equal(await container.stop(), 0)
    const files = filesOf(root)
    const natives = files.filter((file) => file.endsWith('.node'))
    assert.deepEqual(natives, [], 'nothing is compiled for one processor')
    assert.ok(files.some((file) => file.includes('/.pnpm/koa@')))
  })

  test('a start without what it needs prints one line, and ends', async () => {
    await assert.rejects(
      run('host', { PUBLIC_URL: 'https://host.example.com' }),
      /The host cannot start: HOST_USERS is not set/,
    )
    await assert.rejects(
      run('todo', { DATABASE_URL: 'file:/app/data.sqlite' }),
      /todo cannot start: .*\/app\/data\.sqlite/,
    )
  })

  test('the images have labels, and no package manager', () => {
    for (const [name, app] of [
      ['todo', 'plugins/todo'],
      ['host', 'packages/host'],
    ] as const) {
      const image = images.get(name)
      assert.equal(image?.config.Labels['org.opencontainers.image.title'], app)
      const names = filesOf(image?.root ?? '').flatMap((file) => /\/\.pnpm\/([a-z]+)@/.exec(file)?.[1] ?? [])
      assert.ok(names.includes('koa'))
      for (const other of ['typescript', 'turbo', 'vite', 'react', 'supertest'])
        assert.ok(!names.includes(other), other)
      assert.ok(!existsSync(join(image?.root ?? '', 'usr/local/bin/pnpm')))
    }
  })
})

/** The files of the program in an image. */
const filesOf = (root: string): string[] =>
  readdirSync(join(root, 'app'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
