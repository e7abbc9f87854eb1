import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'

interface Manifest {
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

const notServed = new Set(['node_modules', 'test', 'generated', 'dist', '.data', '.turbo'])
const onlyForEditors = /\.(map|d\.[cm]?ts)$/

/**
 * Copies a plugin, the host or the contract tester with the packages that it needs to run, each to the same place: in the
 * copy, `node plugins/todo/src/main.ts` needs nothing else. Packages of the workspace stay outside `node_modules`, because
 * Node.js does not run TypeScript inside it.
 * @param workspace whose packages are installed
 * @param app the folder in it, such as `plugins/todo`
 * @param target a folder that is empty or missing
 */
export function makeStandalone(workspace: string, app: string, target: string): void {
  if (!existsSync(join(workspace, app, 'package.json')))
    throw new Error(`${app} has no package.json: name the folder of a plugin or a package, such as plugins/todo`)
  if (globSync('{*,.*}', { cwd: target }).length > 0) throw new Error(`${target} is not empty: name a new folder`)
  const root = realpathSync(workspace)
  // The host builds its page: the name of the result depends on the lockfile.
  if (readManifest(join(root, app)).scripts?.build)
    execFileSync('pnpm', ['build'], { cwd: join(root, app), stdio: 'inherit' })
  for (const file of ['LICENSE', 'pnpm-lock.yaml']) cpSync(join(root, file), join(target, file))
  const copied = new Set<string>()
  const waiting = [realpathSync(join(root, app))]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (copied.has(folder)) continue
    copied.add(folder)
    copyPackage(folder, join(target, relative(root, folder)))
    for (const link of linksOf(folder)) {
      const found = realpathSync(link)
      waiting.push(found)
      if (found === link) continue
      const copy = join(target, relative(root, link))
      mkdirSync(dirname(copy), { recursive: true })
      symlinkSync(relative(dirname(link), found), copy, 'dir')
    }
  }
}

function copyPackage(folder: string, target: string): void {
  const isOwn = !isInstalled(folder)
  cpSync(folder, target, {
    recursive: true,
    // The links of the package are made after it.
    filter: (path) =>
      !(isOwn && dirname(path) === folder && notServed.has(basename(path))) && !onlyForEditors.test(path),
  })
}

/** Where the package finds each package that it needs to run. */
function linksOf(folder: string): string[] {
  const {
    dependencies = {},
    devDependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
  } = readManifest(folder)
  const beside = isInstalled(folder) ? installedBeside(folder) : join(folder, 'node_modules')
  const needed = Object.keys(dependencies).filter((name) => !(name in optionalDependencies))
  const others = [...Object.keys(optionalDependencies), ...Object.keys(peerDependencies)]
  const included = isInstalled(folder) ? [] : namedInSource(folder).filter((name) => name in devDependencies)
  const links = (names: string[]) =>
    names.filter((name) => !name.startsWith('@types/')).map((name) => join(beside, name))
  const missing = links(needed).find((link) => !existsSync(link))
  if (missing !== undefined) throw new Error(`${missing} is missing: run pnpm install`)
  return [...new Set([...links([...needed, ...included]), ...links(others).filter((link) => existsSync(link))])]
}

const isInstalled = (folder: string): boolean => folder.split(sep).includes('node_modules')

/** `.pnpm/koa@3.3.0/node_modules`, which has koa and links to what koa needs. */
const installedBeside = (folder: string): string =>
  folder.slice(0, folder.lastIndexOf(`${sep}node_modules${sep}`) + `${sep}node_modules`.length)

/** The packages that src and bin import or resolve. A devDependency among them is needed too, as in a tarball. */
function namedInSource(folder: string): string[] {
  const files = globSync('{src,bin}/**/*.{ts,mjs}', { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), 'utf8'),
  )
  const named = files.join('\n').matchAll(/(?:from |import\(|resolve\()'((?:@[\w.-]+\/)?\w[\w.-]*)/g)
  return Array.from(named, ([, name = '']) => name)
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
