import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { includeFiles } from './included-files.ts'
import { includePackages } from './included-packages.ts'
import { removeInnerTypes } from './inner-types.ts'

const scope = '@reference-plugins/'

interface Manifest {
  exports?: string | Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

/**
 * Writes `dist` in the folder of a package: its src and bin as plain JavaScript with types, and its other files. Packages
 * that src imports and that are devDependencies are included, so that the tarball works without them.
 */
export async function buildPackage(folder: string): Promise<void> {
  const dist = join(folder, 'dist')
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  const bundled = bundledPackages(folder)
  compile(dist, [folder, ...bundled.values()])
  const own = join(dist, basename(folder))
  for (const part of globSync('*', { cwd: own })) renameSync(join(own, part), join(dist, part))
  rmSync(own, { recursive: true })
  for (const file of globSync('{bin,home,views}/**/*.{mjs,js,css}', { cwd: folder }))
    cpSync(join(folder, file), join(dist, file))
  for (const file of globSync('**/*.{js,mjs,d.ts}', { cwd: dist })) rewriteImports(dist, file, bundled)
  const { exports = {}, dependencies = {} } = readManifest(folder)
  const exported = typeof exports === 'string' ? [exports] : Object.values(exports)
  removeInnerTypes(
    dist,
    exported.map((file) => file.replace(/\.ts$/, '.d.ts')),
  )
  await includePackages(folder, dist, new Set(Object.keys(dependencies)))
  // After the packages, because these files are not code of ours in which imports are to be found.
  includeFiles(folder, dist, new Set(Object.keys(dependencies)))
}

/** The packages of the workspace that src and bin import and that are devDependencies, with what those import. */
function bundledPackages(folder: string, found = new Map<string, string>()): Map<string, string> {
  const { devDependencies = {} } = readManifest(folder)
  const isBundled = (name: string) => found.size > 0 || name in devDependencies
  const sources = globSync('{src,bin}/**/*.ts', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'))
  for (const [, name = ''] of sources.join('\n').matchAll(/from '@reference-plugins\/([\w-]+)/g)) {
    if (found.has(name) || !isBundled(scope + name)) continue
    const other = join(dirname(folder), name)
    found.set(name, other)
    bundledPackages(other, found)
  }
  return found
}

function compile(dist: string, folders: string[]): void {
  const packages = dirname(dirname(dist))
  const settings = {
    extends: join(dirname(packages), 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      // `pnpm check` has checked all packages together.
      noCheck: true,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: packages,
      outDir: dist,
    },
    include: folders.flatMap((folder) => [join(folder, 'src'), join(folder, 'bin')]),
  }
  const file = join(dist, 'tsconfig.json')
  writeFileSync(file, JSON.stringify(settings))
  execFileSync('tsc', ['-p', file], { stdio: 'inherit' })
  rmSync(file)
}

/** What the compiler leaves: imports of packages that are included here, URLs of modules, and imports in types. */
function rewriteImports(dist: string, file: string, bundled: ReadonlyMap<string, string>): void {
  const path = join(dist, file)
  const before = readFileSync(path, 'utf8')
  const after = before
    .replaceAll(/(from |import\()'@reference-plugins\/([\w-]+)(\/[\w-]+)?'/g, (whole, word, name, entry = '') => {
      const other = bundled.get(name)
      if (other === undefined) return whole
      const { exports = {} } = readManifest(other)
      const target = typeof exports === 'string' ? exports : exports[`.${entry}`]
      if (target === undefined) throw new Error(`${name} exports no ${entry}`)
      const module = relative(dirname(path), join(dist, name, target.replace(/\.ts$/, '.js')))
        .split(sep)
        .join('/')
      return `${word}'${module.startsWith('.') ? module : `./${module}`}'`
    })
    .replaceAll(/(from |import\(|new URL\()'(\.{1,2}\/[^']+)\.ts'/g, "$1'$2.js'")
  if (after !== before) writeFileSync(path, after)
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
