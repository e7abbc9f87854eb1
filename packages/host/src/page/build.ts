import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const folder = fileURLToPath(new URL('../../web/', import.meta.url))
const builder = new URL('../../web/build-worker.ts', import.meta.url)

/**
 * Builds the page into a folder below `results`, unless its sources have been built there before. Answers the folder of
 * the result. Builds that run at the same time give the same folder.
 */
export async function buildPage(results = join(folder, 'dist')): Promise<string> {
  const built = join(results, hashOfSources())
  if (existsSync(join(built, 'index.html'))) return built
  const making = join(results, `making-${randomUUID()}`)
  // In a worker, because the bundler sets NODE_ENV to production, and a worker has an environment of its own.
  await once(new Worker(builder, { workerData: making }), 'exit')
  await mkdir(results, { recursive: true })
  await rename(making, built).catch(async (error) => {
    if (!existsSync(join(built, 'index.html'))) throw error
    await rm(making, { recursive: true })
  })
  return built
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const lockfile = fileURLToPath(new URL('../../../../pnpm-lock.yaml', import.meta.url))
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
  for (const file of [
    ...sources,
    fileURLToPath(builder),
    join(folder, 'index.html'),
    ...(existsSync(lockfile) ? [lockfile] : []),
  ])
    hash.update(file.slice(folder.length)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
