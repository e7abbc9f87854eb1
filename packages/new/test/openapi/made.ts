import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from '@reference-plugins/core'
import { formsOf, type Name } from '../../src/name.ts'
import { type Api, type ApiRequest, readApi } from '../../src/openapi/api.ts'
import { filesOf } from '../../src/openapi/files/all-files.ts'
import { readSource } from '../../src/openapi/source.ts'
import { titleIn } from '../../src/openapi/title.ts'

export const specs = resolve(import.meta.dirname, 'specs')

/** Reads an API as the command does. */
export async function readSpec(file: string, request: Partial<ApiRequest> = {}): Promise<{ api: Api; name: Name }> {
  const name = request.name ?? formsOf('shop')
  const source = await readSource(resolve(specs, file))
  return { api: readApi(source, { include: [], baseUrl: 'https://api.example.com', ...request, name }), name }
}

/** The code of the plugin for an API, in auth mode none. */
export const codeOf = ({ api, name }: { api: Api; name: Name }): Map<string, string> =>
  new Map(filesOf(api, { name, title: titleIn(api, name), port: 4000 }, 'openapi.json', []))

// Beside the packages that the plugins import, and ignored by Git.
const place = resolve(import.meta.dirname, '../../.data')

/** Writes the code of a plugin into a folder of its own, and imports the function that creates it. */
export async function importMade(files: ReadonlyMap<string, string>, { kebab, pascal }: Name) {
  const folder = join(place, `${process.pid}-${kebab}`)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  copyFileSync(resolve(import.meta.dirname, '../../../../plugins/todo/logo.png'), join(folder, 'logo.png'))
  const module = await import(pathToFileURL(join(folder, 'src/plugin.ts')).href)
  return module[`create${pascal}Plugin`] as (settings: object) => Promise<Plugin>
}
