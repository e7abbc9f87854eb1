import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCopiedFiles } from '../copy/copied-files.ts'
import { identityOf, renamer, symbolsOf } from '../copy/rename.ts'
import type { Name } from '../name.ts'
import type { Plan } from '../plan.ts'
import { Refusal } from '../refusal.ts'
import { DefinitionSource } from '../source/definition-source.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { type AuthMode, authModeOf, authModes } from './auth-mode.ts'
import { authParts } from './auth-parts.ts'
import { changeDefinition } from './change-definition.ts'
import { changeLegal, changeReadme, withoutUser } from './change-documents.ts'
import { changeOperations, hasWrites, takesUser } from './change-operations.ts'
import { changePackage } from './change-package.ts'
import { changeMain, changeSettings } from './change-settings.ts'
import { changeTests } from './change-tests.ts'

export interface AuthRequest {
  workspace: Workspace
  name: Name
  title: string
  auth: AuthMode
}

const filesWithOperations = ['src/plugin.ts', 'src/operations.ts']

/** The auth modes that the operations of a plugin can be served with, and why no others. */
export function authModesFor(files: ReadonlyMap<string, string>): { modes: readonly AuthMode[]; reason: string } {
  const code = filesWithOperations.map((path) => files.get(path) ?? '').join('\n')
  if (/^\s*scope: /m.test(code)) return { modes: ['oauth'], reason: 'asks for scopes, which only oauth has' }
  // It is a value of its own, so other routes ask for it too.
  const own = /^ +auth,$/m.test(code) && authModeOf(new DefinitionSource(files.get('src/plugin.ts') ?? ''))
  if (own) return { modes: [own], reason: 'uses its auth mode for other routes too' }
  if (/\buserOperation\(/.test(code)) return { modes: ['user', 'oauth'], reason: 'keeps data for each user' }
  return { modes: authModes, reason: '' }
}

/**
 * Changes the auth mode of a plan: its definition, settings, packages, documents and tests. What the new mode needs comes
 * from the plugin of the workspace that has it.
 * @throws Refusal if the code is not written as that of the plugins here
 */
export function changeAuth(plan: Plan, { workspace, name, title, auth: to }: AuthRequest): void {
  const read = (path: string): string | undefined => {
    const file = plan.files.get(path)
    return typeof file === 'string' ? file : undefined
  }
  const definition = read('src/plugin.ts') ?? ''
  const from = authModeOf(new DefinitionSource(definition))
  if (from === undefined) throw new Refusal(`src/plugin.ts has none of the auth modes ${authModes.join(', ')}`)
  if (from === to) return
  const model = modelOf(workspace, to, name, title)
  const code = filesWithOperations.flatMap((path) => read(path) ?? [])
  const byCaller = authParts[to].hasUsers && code.some(takesUser)

  for (const path of authParts[from].files) plan.files.delete(path)
  for (const path of authParts[to].files) plan.files.set(path, model.get(path) ?? '')
  const settings = changeSettings(read('src/settings.ts'), name, to)
  if (settings === undefined) plan.files.delete('src/settings.ts')
  else plan.files.set('src/settings.ts', settings)
  const hasSettings = settings !== undefined

  const change = (path: string, by: (text: string) => string) => {
    const text = read(path)
    if (text !== undefined) plan.files.set(path, by(text))
  }
  if (authParts[to].hasUsers)
    for (const path of filesWithOperations) change(path, (text) => changeOperations(text, name, to))
  change('src/plugin.ts', (text) =>
    changeDefinition(text, {
      name,
      title,
      from,
      to,
      model: model.get('src/plugin.ts') ?? '',
      hasSettings,
      writes: code.some(hasWrites),
      userTables: to === 'oauth' ? userTablesOf(plan) : [],
    }),
  )
  change('src/main.ts', (text) => changeMain(text, name, hasSettings))
  change('package.json', (text) => changePackage(text, from, to))
  changeTests(plan, model, { to, byCaller })
  if (byCaller)
    for (const path of plan.files.keys())
      if (/^(README|conversation)\.md$|^views\/|^test\/script\.ts$/.test(path)) change(path, withoutUser)
  change('README.md', (text) => changeReadme(text, model.get('README.md') ?? '', new Set(plan.files.keys())))
  change('legal.html', (text) => changeLegal(text, model.get('legal.html') ?? ''))
}

/** The files of the plugin in the workspace that has the mode, under the new name. */
function modelOf({ plugins }: Workspace, mode: AuthMode, name: Name, title: string): Map<string, string> {
  const found = plugins.find((plugin) => plugin.auth === mode)
  if (found?.port === undefined) throw new Refusal(`No plugin here has the auth mode ${mode}`)
  const files = readCopiedFiles(found.folder)
  const identity = identityOf(found.name, found.port, readFileSync(join(found.folder, 'src/plugin.ts'), 'utf8'))
  const rename = renamer(symbolsOf(files, identity.name), identity, { ...identity, name, modelName: name.camel, title })
  return new Map(Array.from(files, ([path, text]) => [path, rename(path, text)]))
}

/** The tables in which a column says whose a row is. */
function userTablesOf(plan: Plan): { table: string; column: string }[] {
  return Array.from(plan.files).flatMap(([path, text]) =>
    path.startsWith('src/') && path.endsWith('.ts') && typeof text === 'string' && !authParts.user.files.includes(path)
      ? Array.from(
          text.matchAll(/CREATE TABLE (\w+) \((?:[^;]*?[\s(,])??(username|user|owner) TEXT/g),
          ([, table = '', column = '']) => ({ table, column }),
        )
      : [],
  )
}
