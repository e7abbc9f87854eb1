import { execFile } from 'node:child_process'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Packs the packages that have `publishConfig`, and returns the paths of the tarballs by the name of the package.
 * @param folder is created
 */
export async function pack(root: string, folder: string): Promise<Map<string, string>> {
  mkdirSync(folder, { recursive: true })
  const packages = globSync('packages/*/package.json', { cwd: root })
    .map((file) => ({ cwd: join(root, dirname(file)), manifest: JSON.parse(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ manifest }) => manifest.publishConfig)
  const packed = await Promise.allSettled(
    packages.map(async ({ cwd, manifest: { name } }): Promise<[string, string]> => {
      const file = join(folder, `${name.replace('@', '').replace('/', '-')}.tgz`)
      await run('pnpm', ['pack', '--out', file], { cwd }).catch((error: { stdout: string; stderr: string }) => {
        throw new Error(`${name} could not be packed: ${error.stderr}${error.stdout}`)
      })
      return [name, file]
    }),
  )
  const failed = packed.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return new Map(packed.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
}
