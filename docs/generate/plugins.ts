import { existsSync, readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../../plugins/', import.meta.url)
const port = (name: string): number => Number(new URL(readGenerated(name, 'openapi.json').servers[0].url).port)

/** A generated JSON file of a plugin, such as `openapi.json`. */
export const readGenerated = (plugin: string, file: string) =>
  JSON.parse(readFileSync(new URL(`${plugin}/generated/${file}`, folder), 'utf8'))

/** The names of the plugins in this repository, by port. */
export const pluginNames: readonly string[] = readdirSync(folder)
  .filter((name) => existsSync(new URL(`${name}/generated/openapi.json`, folder)))
  .sort((a, b) => port(a) - port(b))
