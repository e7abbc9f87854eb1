import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthMode } from '../auth/auth-mode.ts'
import { changeAuth } from '../auth/change-auth.ts'
import { drawLogo } from '../logo/logo.ts'
import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import type { Workspace, WorkspacePlugin } from '../workspace/workspace.ts'
import { readCopiedFiles } from './copied-files.ts'
import { identityOf, renamer, symbolsOf } from './rename.ts'

export interface CopyRequest {
  workspace: Workspace
  /** The plugin that is copied, by the name of its folder. */
  from: string
  name: Name
  title: string
  port: number
  /** By default that of the copied plugin. */
  auth?: AuthMode | undefined
}

/**
 * Plans a copy of a plugin under another name.
 * @throws Refusal
 */
export function planCopy({ workspace, from, name, title, port, auth }: CopyRequest): Plan {
  const original = findPlugin(workspace, from)
  const files = readCopiedFiles(original.folder)
  const before = identityOf(from, original.port, files.get('src/plugin.ts') ?? '')
  const rename = renamer(symbolsOf(files, before.name), before, { name, modelName: name.camel, title, port })
  const plan: Plan = { folder: join(workspace.root, 'plugins', name.kebab), files: new Map(), notes: [] }
  for (const [path, text] of files) plan.files.set(path, rename(path, text))
  plan.files.set('logo.png', drawLogo(name.kebab))
  if (auth !== undefined && auth !== original.auth) changeAuth(plan, { workspace, name, title, auth })
  return plan
}

function findPlugin({ plugins }: Workspace, from: string): WorkspacePlugin & { port: number } {
  const found = plugins.find((plugin) => plugin.name === from)
  if (!found) throw new Refusal(`--from ${from}: choose ${plugins.map((plugin) => plugin.name).join(', ')}`)
  const { port } = found
  const definition = readFileSync(join(found.folder, 'src/plugin.ts'), 'utf8')
  if (port === undefined || !/\bdefinePlugin\(/.test(definition))
    throw new Refusal(`--from ${from}: its src/main.ts names no port or its src/plugin.ts calls no definePlugin`)
  return { ...found, port }
}
