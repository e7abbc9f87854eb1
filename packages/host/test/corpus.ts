import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = process.env.CORPUS ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url))

/** Why tests with real documents cannot run here; false where they can. */
export const noCorpus: string | false = existsSync(join(folder, 'plugins'))
  ? false
  : 'the corpus of real documents is not here'

export interface CorpusPlugin {
  name: string
  manifest: string
  spec: string | undefined
}

/** Real manifests, and their specs as far as they were kept. */
export function corpusPlugins(): CorpusPlugin[] {
  const plugins = join(folder, 'plugins')
  return readdirSync(plugins).flatMap((name) => {
    const read = (file: string) => {
      const path = join(plugins, name, file)
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined
    }
    const manifest = read('ai-plugin.json')
    return manifest === undefined ? [] : [{ name, manifest, spec: read('openapi.yaml') ?? read('openapi.json') }]
  })
}

/** Real manifests of Microsoft 365 Copilot. */
export function microsoftManifests(): { name: string; text: string }[] {
  const manifests = join(folder, 'm365')
  return readdirSync(manifests, { recursive: true, encoding: 'utf8' })
    .filter((name) => /plugin[^/]*\.json$/i.test(name))
    .map((name) => ({ name, text: readFileSync(join(manifests, name), 'utf8') }))
}
