import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { spawnPlugin } from './plugin-process.ts'

/** An environment in which the plugin must not start, and what the line on standard error must match. */
export type StartFailure = readonly [environment: Record<string, string>, expected: RegExp]

// Enough to keep a small machine busy.
const atOnce = 3

/** Makes a test: in each environment the plugin exits with 1, prints one line that matches, and no stack. */
export function startFailureTest(folder: URL, cases: readonly StartFailure[]): void {
  test('a start failure prints one line that names the variable', { timeout: 60_000 }, async () => {
    const left = [...cases]
    const name = basename(fileURLToPath(folder))
    const check = async () => {
      for (let one = left.shift(); one; one = left.shift()) {
        const [environment, expected] = one
        const server = await spawnPlugin(folder, environment)
        await new Promise((resolve) => server.process.once('close', resolve))
        // oidc-provider warns on a Node that is newer than itself.
        const output = server.output().replace(/^oidc-provider WARNING: .*\n/, '')
        assert.equal(server.process.exitCode, 1, output)
        assert.match(output, expected)
        // A variable that holds JSON gets a line for each member that is wrong.
        assert.match(output, new RegExp(`^${name} cannot start: [^\\n]+\\n([A-Z_]+\\.[^\\n]+\\n)*$`))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, check))
  })
}
