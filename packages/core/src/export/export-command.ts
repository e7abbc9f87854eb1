import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isLoopback } from '@reference-plugins/guarded-fetch/address'
import { generateFiles, writeGeneratedFiles } from '../generated-files.ts'
import { publicUrlFault } from '../public-url.ts'

export const usage = `Usage: pnpm export [NAME] [--url https://todo.example.com] [--out FOLDER]
  Without NAME, exports every plugin. Without --url, exports for development into plugins/NAME/generated.
  With --url, exports for that URL into exports/NAME. With --out, exports into FOLDER/NAME.`

/**
 * Writes the generated files of one plugin of the workspace, or of all.
 * @param root the folder that contains `plugins`
 * @returns one line for each plugin
 * @throws Error with one line, or with the usage
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
  if (url !== undefined && names.length > 1) throw new Error('--url is for one plugin: name the plugin')
  if (values.out === '') throw new Error('--out must name a folder')
  const out = values.out ?? (url === undefined ? undefined : 'exports')
  const lines: string[] = []
  for (const name of names) {
    const folder = join(root, 'plugins', name)
    const generated = await generateFiles(folder, url ?? developmentUrl(folder, name))
    const target = out === undefined ? generated.folder : resolve(root, out, name)
    const files = await writeGeneratedFiles({ ...generated, folder: target }).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${target} cannot be written (${error.code}): choose another folder with --out`)
    })
    const left = files.some((file) => file.startsWith('m365/')) ? '' : '; no m365, because Copilot cannot sign in to it'
    lines.push(`${name}: ${files.length} files in ${relative(root, target)}${left}`)
  }
  return lines
}

function choose(name: string | undefined, folder: string): string[] {
  if (!existsSync(folder))
    throw new Error('The folder plugins does not exist here: run this in the root of the repository')
  const names = readdirSync(folder).filter((one) => existsSync(join(folder, one, 'src', 'plugin.ts')))
  if (name === undefined) return names
  if (!names.includes(name)) throw new Error(`The plugin ${name} does not exist: choose ${names.join(', ')}`)
  return [name]
}

/** Assistants call over https; only a plugin on this machine may use http. */
function publicUrl(value: string): string {
  const fault = publicUrlFault(value)
  if (fault !== undefined) throw new Error(`--url ${value}: ${fault}`)
  const { protocol, hostname } = new URL(value)
  if (protocol === 'http:' && !isLoopback(hostname))
    throw new Error(`--url ${value}: must begin with https, because assistants call nothing else`)
  return value.replace(/\/$/, '')
}

/** The URL for which the files in `generated` are made. */
function developmentUrl(folder: string, name: string): string {
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }
  const url = /--url (\S+)/.exec(scripts.spec ?? '')?.[1]
  if (url === undefined) throw new Error(`plugins/${name}/package.json has no script spec with a --url: add --url`)
  return url
}
