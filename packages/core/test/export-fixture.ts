import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { exportFiles, writeGeneratedFiles } from '../src/generated-files.ts'
import { oauthShop, openShop, publicUrl, serviceShop, userShop } from './fixture.ts'

export interface Exported {
  files: Record<string, string>
  url: string
  /** Where the files are on the disk. */
  folder: string
}

/** The export of a shop of each auth mode, and the files in `generated` of each plugin, by name. */
export const exported: Record<string, Exported> = {}

const shops = {
  'shop, none': openShop(),
  'shop, service_http': serviceShop(),
  'shop, service_http basic': serviceShop('basic'),
  'shop, user_http': userShop(() => true),
  'shop, oauth': oauthShop(),
}
for (const [name, shop] of Object.entries(shops)) {
  const files = exportFiles(shop, publicUrl)
  const folder = temporaryFolder()
  await writeGeneratedFiles({ name, folder, files })
  exported[name] = { files, url: publicUrl, folder }
}

const plugins = new URL('../../../plugins/', import.meta.url)
for (const name of readdirSync(plugins)) {
  const folder = fileURLToPath(new URL(`${name}/generated/`, plugins))
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const files = Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name)
      return [path.slice(folder.length), readFileSync(path, 'utf8')]
    }),
  )
  exported[name] = { files, url: JSON.parse(files['openapi.json'] as string).servers[0].url, folder }
}
