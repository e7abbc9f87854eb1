import { globSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

// Made by a run or by a tool, or only about the plugin that is copied.
const leftBehind = [
  /(^|\/)(node_modules|dist|\.data|\.turbo)\//,
  /^generated\//,
  /^logo\.png$/,
  /(^|\/)\.DS_Store$|\.log$|(^|\/)\.env$/,
  // The comparison of todo with the service that it replaces.
  /^test\/seed(-server|\.test)\.ts$/,
]

/** The files of a plugin that its copy gets, by path. All of them are texts. */
export function readCopiedFiles(folder: string): Map<string, string> {
  // Reading the packages too takes seconds.
  const paths = globSync('**', { cwd: folder, withFileTypes: true, exclude: ({ name }) => name === 'node_modules' })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !leftBehind.some((pattern) => pattern.test(path)))
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}
