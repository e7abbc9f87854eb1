import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const folder = fileURLToPath(new URL('../../web/', import.meta.url))

/**
 * Builds the page, unless its sources have been built before. Answers the folder of the result. Builds that run at the
 * same time give the same folder.
 */
export async function buildPage(): Promise<string> {
  const built = join(folder, 'dist', hashOfSources())
  if (existsSync(join(built, 'index.html'))) return built
  // Loaded only when needed, because it takes longer than the rest of the host.
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')])
  const making = join(folder, 'dist', `making-${randomUUID()}`)
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    plugins: [react(), entitiesWithoutMarkup],
    build: {
      outDir: making,
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      target: 'es2022',
    },
  })
  await mkdir(join(folder, 'dist'), { recursive: true })
  await rename(making, built).catch(async (error) => {
    if (!existsSync(join(built, 'index.html'))) throw error
    await rm(making, { recursive: true })
  })
  return built
}

/** In browsers this package decodes entities by innerHTML, which the page's policy forbids. Its other build does not. */
const entitiesWithoutMarkup: Plugin = {
  name: 'entities-without-markup',
  enforce: 'pre',
  async resolveId(id, importer) {
    if (id !== 'decode-named-character-reference') return undefined
    const found = await this.resolve(id, importer, { skipSelf: true })
    return found?.id.replace('index.dom.js', 'index.js')
  },
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
    fileURLToPath(import.meta.url),
    join(folder, 'index.html'),
    ...(existsSync(lockfile) ? [lockfile] : []),
  ])
    hash.update(file.slice(folder.length)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 16)
}
