import {
  cpSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { temporaryFolder } from '@reference-plugins/testing/temporary'

/** The repository. */
export const repository = join(import.meta.dirname, '../../..')

const notCopied = ['node_modules', '.data', '.turbo']

/** A copy of the plugins and of what names the packages, in which plugins can be made. */
export function makeWorkspace(): string {
  const root = temporaryFolder()
  for (const name of pluginsOf(repository))
    cpSync(join(repository, 'plugins', name), join(root, 'plugins', name), {
      recursive: true,
      filter: (path) => !notCopied.includes(basename(path)),
    })
  for (const path of globSync('packages/*/package.json', { cwd: repository })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    cpSync(join(repository, path), join(root, path))
  }
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lock')
  return root
}

export const pluginsOf = (root: string): string[] =>
  globSync('plugins/*/package.json', { cwd: root })
    .map((path) => basename(dirname(path)))
    .sort()

/** Every file below `plugins`, with folders that begin with a dot. */
export const filesOf = (root: string): string[] =>
  readdirSync(join(root, 'plugins'), { recursive: true }).map(String).sort()

/** In place of an install: links the packages that package.json names, and no others. */
export function linkPackages(folder: string): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const [found] = globSync(`{packages,plugins}/*/node_modules/${name}`, { cwd: repository })
    if (found === undefined) throw new Error(`No package of the workspace depends on ${name}`)
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(realpathSync(join(repository, found)), join(folder, 'node_modules', name))
  }
}
