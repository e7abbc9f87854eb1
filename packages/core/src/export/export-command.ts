import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isLoopback } from '@reference-plugins/guarded-fetch/address'
import { isOrigin } from '../environment.ts'
import { generateFiles, writeGeneratedFiles } from '../generated-files.ts'

export const usage = `Usage: pnpm export [NAME] [--url https://todo.example.com] [--out FOLDER]
  Without NAME, every plugin. Without --url, as the plugin is served in development, into plugins/NAME/generated.
  With --url, as it is served there, into exports/NAME. With --out, into FOLDER/NAME.`

/**
 * Writes the export of one plugin of the workspace, or of all.
 * @param root the folder that holds `plugins`
 * @returns one line for each
 * @throws Error in one line, or the usage
 */
export async function exportPlugins(args: string[], root: string): Promise<string[]> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, out: { type: 'string' } },
  })
  if (positionals.length > 1) throw new Error(usage)
  const names = choose(positionals[0], join(root, 'plugins'))
  const url = values.url === undefined ? undefined : publicUrl(values.url)
  if (url !== undefined && names.length > 1) throw new Error('--url is that of one plugin: name it')
  if (values.out === '') throw new Error('--out must name a folder')
  const out = values.out ?? (url === undefined ? undefined : 'exports')
  const lines: string[] = []
  for (const name of names) {
    const folder = join(root, 'plugins', name)
    const generated = await generateFiles(folder, url ?? developmentUrl(folder, name))
    const target = out === undefined ? generated.folder : resolve(root, out, name)
    const files = await writeGeneratedFiles({ ...generated, folder: target }).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${target} cannot be written (${error.code}): give another folder with --out`)
    })
    const left = files.some((file) => file.startsWith('m365/')) ? '' : '; no m365, for Copilot cannot sign in to it'
    lines.push(`${name}: ${files.length} files in ${relative(root, target)}${left}`)
  }
  return lines
}

function choose(name: string | undefined, folder: string): string[] {
  if (!existsSync(folder)) throw new Error('There is no folder plugins here: run this in the root of the repository')
  const names = readdirSync(folder).filter((one) => existsSync(join(folder, one, 'src', 'plugin.ts')))
  if (name === undefined) return names
  if (!names.includes(name)) throw new Error(`There is no plugin ${name}: there are ${names.join(', ')}`)
  return [name]
}

/** Assistants call over https; what runs on this machine may do without. */
function publicUrl(value: string): string {
  if (!isOrigin(value)) throw new Error(`--url ${value}: must be an origin, such as https://todo.example.com`)
  const { protocol, hostname, origin } = new URL(value)
  if (protocol === 'http:' && !isLoopback(hostname))
    throw new Error(`--url ${value}: must begin with https, for assistants call nothing else`)
  return origin
}

/** The URL that the files in `generated` are made for. */
function developmentUrl(folder: string, name: string): string {
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }
  const url = /--url (\S+)/.exec(scripts.spec ?? '')?.[1]
  if (url === undefined) throw new Error(`plugins/${name}/package.json has no script spec with a --url: give --url`)
  return url
}
