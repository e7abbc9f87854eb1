import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { documentFiles } from './documents.ts'
import { agentPluginFiles } from './export/agent-plugin-files.ts'
import { m365Files } from './export/m365-files.ts'
import { closePlugin, type Plugin } from './plugin.ts'

type CreatePlugin = (environment: { PUBLIC_URL: string; DATABASE_URL: string }) => Promise<Plugin>

/** Everything that is generated from a plugin for others to read. */
export interface GeneratedFiles {
  /** The plugin's name. */
  name: string
  /** Where the files are kept for review. */
  folder: string
  /** Their contents, by path. */
  files: Record<string, string>
}

/** Every generated file of a plugin, by path: the documents it serves, and the packages for assistants that read files. */
export const exportFiles = (plugin: Plugin, publicUrl: string): Record<string, string> => ({
  ...documentFiles(plugin, publicUrl),
  ...m365Files(plugin, publicUrl),
  ...agentPluginFiles(plugin, publicUrl),
})

/** Creates the plugin of a folder with the one function of its `src/plugin.ts` named `create…Plugin`, on an empty database. */
export async function generateFiles(folder: string, publicUrl: string): Promise<GeneratedFiles> {
  const module: Record<string, unknown> = await import(pathToFileURL(join(folder, 'src/plugin.ts')).href)
  const create = Object.entries(module).find(([name]) => /^create\w*Plugin$/.test(name))?.[1] as
    | CreatePlugin
    | undefined
  if (!create) throw new Error(`${folder}/src/plugin.ts exports no function named create…Plugin`)
  const data = await mkdtemp(join(tmpdir(), 'plugin-'))
  try {
    const plugin = await create({ PUBLIC_URL: publicUrl, DATABASE_URL: `file:${join(data, 'empty.sqlite')}` })
    try {
      return { name: plugin.name, folder: join(folder, 'generated'), files: exportFiles(plugin, publicUrl) }
    } finally {
      await closePlugin(plugin)
    }
  } finally {
    await rm(data, { recursive: true })
  }
}

/** Returns the names of the files it has written. */
export async function writeGeneratedFiles({ folder, files }: GeneratedFiles): Promise<string[]> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return Object.keys(files)
}

/**
 * Returns the names of the files that match the code.
 * @throws Error that names the files that differ, or that nothing generates any more
 */
export async function checkGeneratedFiles({ name, folder, files }: GeneratedFiles): Promise<string[]> {
  const differing: string[] = []
  for (const [file, content] of Object.entries(files))
    if ((await readFile(join(folder, file), 'utf8').catch(() => undefined)) !== content) differing.push(file)
  if (differing.length > 0)
    throw new Error(
      `${name}: ${differing.join(', ')} in generated/ differ from the code. Run "pnpm spec" and review the change.`,
    )
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const leftOver = found
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((file) => !Object.hasOwn(files, file))
  if (leftOver.length > 0)
    throw new Error(`${name}: nothing generates ${leftOver.join(', ')} in generated/ any more: delete them.`)
  return Object.keys(files)
}
