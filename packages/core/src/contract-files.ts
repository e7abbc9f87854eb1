import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contractFiles } from './documents.ts'
import { closePlugin, type Plugin } from './plugin.ts'

type CreatePlugin = (environment: { PUBLIC_URL: string; DATABASE_URL: string }) => Promise<Plugin>

/** What a plugin publishes of itself, and the folder that holds it for review. */
export interface Contract {
  name: string
  folder: string
  files: Record<string, string>
}

/** Makes the plugin of a folder, by the one function of `src/plugin.ts` that is named `create…Plugin`, on an empty database. */
export async function loadPlugin(folder: string, publicUrl: string): Promise<Contract> {
  const module: Record<string, unknown> = await import(pathToFileURL(join(folder, 'src/plugin.ts')).href)
  const create = Object.entries(module).find(([name]) => /^create\w*Plugin$/.test(name))?.[1] as
    | CreatePlugin
    | undefined
  if (!create) throw new Error(`${folder}/src/plugin.ts exports no function named create…Plugin`)
  const data = await mkdtemp(join(tmpdir(), 'plugin-'))
  try {
    const plugin = await create({ PUBLIC_URL: publicUrl, DATABASE_URL: `file:${join(data, 'empty.sqlite')}` })
    const files = contractFiles(plugin, publicUrl)
    await closePlugin(plugin)
    return { name: plugin.name, folder: join(folder, 'generated'), files }
  } finally {
    await rm(data, { recursive: true })
  }
}

/** Answers the names of the files that were written. */
export async function writeContract({ folder, files }: Contract): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return Object.keys(files)
}

/**
 * Answers the names of the files that agree.
 * @throws Error that names those that do not
 */
export async function checkContract({ name, folder, files }: Contract): Promise<string[]> {
  const differing: string[] = []
  for (const [file, content] of Object.entries(files))
    if ((await readFile(join(folder, file), 'utf8').catch(() => undefined)) !== content) differing.push(file)
  if (differing.length > 0)
    throw new Error(
      `${name}: ${differing.join(', ')} in generated/ differ from the code. Run "pnpm spec" and review the change.`,
    )
  return Object.keys(files)
}
