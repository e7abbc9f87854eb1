import { globSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Deletes the types of modules that no exported module has in its types: they may need packages that are not installed. */
export function removeInnerTypes(dist: string, exported: readonly string[]): void {
  const reached = new Set<string>()
  const waiting = exported.map((file) => join(dist, file))
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue
    reached.add(file)
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\(|import )'(\.[^']+)\.js'/g))
      waiting.push(join(dirname(file), `${path}.d.ts`))
  }
  for (const file of globSync('**/*.d.ts', { cwd: dist })) if (!reached.has(join(dist, file))) rmSync(join(dist, file))
}
