import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'

const resolved = /import\.meta\.resolve\('((?:@[\w.-]+\/)?[\w.-]+)\/([\w./-]+)'\)/g

/**
 * Puts files of packages that are only devDependencies into `dist/npm`, with the licenses of the packages. The code names
 * them by `import.meta.resolve`, and serves them as they are.
 */
export function includeFiles(folder: string, dist: string, dependencies: ReadonlySet<string>): void {
  const { resolve } = createRequire(join(folder, 'package.json'))
  for (const file of globSync('**/*.js', { cwd: dist })) {
    const path = join(dist, file)
    const before = readFileSync(path, 'utf8')
    const after = before.replaceAll(resolved, (whole, name: string, entry: string) => {
      if (dependencies.has(name)) return whole
      const target = join(dist, 'npm', name, entry)
      const source = resolve(`${name}/${entry}`)
      mkdirSync(dirname(target), { recursive: true })
      cpSync(source, target)
      const root = source.slice(0, -entry.length)
      const licenses = globSync(['{LICENSE,LICENCE,license,NOTICE}*', `${entry}.LICENSE*`], { cwd: root })
      if (licenses.length === 0) throw new Error(`${name} has no license to include`)
      for (const license of licenses) cpSync(join(root, license), join(dist, 'npm', name, license))
      return `new URL('${relative(dirname(path), target).split(sep).join('/')}', import.meta.url).href`
    })
    if (after !== before) writeFileSync(path, after)
  }
}
