import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { type AuthMode, authModeOf } from '../auth/auth-mode.ts'
import { DefinitionSource } from '../source/definition-source.ts'

/** A plugin that is in the workspace. */
export interface WorkspacePlugin {
  /** Of its folder and its package. */
  name: string
  folder: string
  port: number | undefined
  auth: AuthMode | undefined
  /** What it does, for people. */
  description: string | undefined
}

/** The repository in which the plugin is made. */
export interface Workspace {
  root: string
  /** By port. */
  plugins: readonly WorkspacePlugin[]
  /** The names of all packages of the workspace, and of all packages that these depend on. */
  packageNames: ReadonlySet<string>
}

/** @param root the folder that contains `packages` and `plugins` */
export function readWorkspace(root: string): Workspace {
  const manifests = globSync('{packages,plugins}/*/package.json', { cwd: root }).map((path) => join(root, path))
  const packageNames = new Set<string>()
  for (const path of manifests) {
    const { name, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(path, 'utf8'))
    for (const one of [name, ...Object.keys(dependencies), ...Object.keys(devDependencies)]) packageNames.add(one)
  }
  const plugins = manifests
    .map((path) => dirname(path))
    .filter((folder) => folder.startsWith(join(root, 'plugins') + sep) && existsSync(join(folder, 'src/main.ts')))
    .map(readPlugin)
    .sort((a, b) => (a.port ?? 0) - (b.port ?? 0) || a.name.localeCompare(b.name))
  return { root, plugins, packageNames }
}

function readPlugin(folder: string): WorkspacePlugin {
  const main = readFileSync(join(folder, 'src/main.ts'), 'utf8')
  const port = /\bport: (\d+)/.exec(main)?.[1]
  const path = join(folder, 'src/plugin.ts')
  const source = new DefinitionSource(existsSync(path) ? readFileSync(path, 'utf8') : '')
  return {
    name: basename(folder),
    folder,
    port: port === undefined ? undefined : Number(port),
    auth: authModeOf(source),
    description: source.textMember('descriptionForHuman'),
  }
}
