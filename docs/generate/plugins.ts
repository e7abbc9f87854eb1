import { readFileSync } from 'node:fs'

const folder = new URL('../../plugins/', import.meta.url)
const port = (name: string): number => Number(new URL(readGenerated(name, 'openapi.json').servers[0].url).port)

/** A generated JSON file of a plugin, such as `openapi.json`. */
export const readGenerated = (plugin: string, file: string) =>
  JSON.parse(readFileSync(new URL(`${plugin}/generated/${file}`, folder), 'utf8'))

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The plugins that the README lists, by port. A plugin that someone makes for themselves changes no page. */
export const pluginNames: readonly string[] = [
  ...new Set(Array.from(readme.matchAll(/\[(\w+)\]\(plugins\/\1\)/g), ([, name = '']) => name)),
].sort((a, b) => port(a) - port(b))
