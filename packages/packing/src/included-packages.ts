import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { rolldown } from 'rolldown'

const imports = /(?<=from |import\()(['"])((?:@[\w.-]+\/)?\w[\w.-]*)((?:\/[\w./-]+)?)\1/g

/**
 * Puts packages of npm that are only devDependencies into `dist/npm`, with what they need and their licenses: a large
 * package of which little is used need not be installed.
 */
export async function includePackages(folder: string, dist: string, dependencies: ReadonlySet<string>): Promise<void> {
  const included = new Set<string>()
  for (const file of globSync('**/*.{js,d.ts}', { cwd: dist })) {
    const path = join(dist, file)
    const before = readFileSync(path, 'utf8')
    const after = before.replaceAll(imports, (whole, _quote, name: string, entry: string) => {
      if (name.startsWith('node:') || builtinModules.includes(name) || dependencies.has(name)) return whole
      if (dependencies.has(`@types/${name}`)) return whole
      if (file.endsWith('.d.ts')) throw new Error(`${file} has types of ${name}: make it a dependency`)
      included.add(name + entry)
      return `'${relative(dirname(path), join(dist, 'npm', fileNameOf(name + entry)))
        .split(sep)
        .join('/')}'`
    })
    if (after !== before) writeFileSync(path, after)
  }
  if (included.size === 0) return
  const bundle = await rolldown({
    cwd: folder,
    input: Object.fromEntries([...included].map((name) => [fileNameOf(name).replace('.js', ''), name])),
    platform: 'node',
    external: (name) => dependencies.has(name),
  })
  const { output } = await bundle.write({ dir: join(dist, 'npm'), format: 'esm', minify: 'dce-only' })
  const modules = output.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))
  writeFileSync(join(dist, 'npm', 'LICENSES.txt'), licensesOf(modules).join('\n\n---\n\n'))
}

const fileNameOf = (name: string): string => `${name.replace(/^@/, '').replaceAll('/', '-')}.js`

function licensesOf(modules: readonly string[]): string[] {
  const folders = new Set(modules.flatMap((one) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(one)?.[0] ?? []))
  return [...folders].sort().map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const [license] = globSync('{LICENSE,LICENCE,license}*', { cwd: folder })
    if (license === undefined) throw new Error(`${name} has no license to include`)
    return `${name} ${version}\n\n${readFileSync(join(folder, license), 'utf8')}`
  })
}
