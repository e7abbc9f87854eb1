import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { basename } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { runPrinted } from '../printed.ts'
import { spawnPlugin } from './plugin-process.ts'

// A module that is imported again by the same address does not run again.
let starts = 0

/** An environment in which the plugin must not start, and what the line on standard error must match. */
export type StartFailure = readonly [environment: Record<string, string>, expected: RegExp]

/**
 * Makes a test: in each environment the plugin sets the exit code 1, prints one line that matches, and no stack. The
 * first is tried as a process, which must end; the others in this process, because starting one takes long.
 */
export function startFailureTest(folder: URL, [first, ...others]: readonly [StartFailure, ...StartFailure[]]): void {
  test('a start failure prints one line that names the variable', { timeout: 60_000 }, async (t) => {
    const check = (code: unknown, output: string, expected: RegExp) => {
      assert.equal(code, 1, output)
      assert.match(output, expected)
      // A variable that holds JSON gets a line for each member that is wrong.
      const name = basename(fileURLToPath(folder))
      assert.match(output, new RegExp(`^${name} cannot start: [^\\n]+(\\n[A-Z_]+\\.[^\\n]+)*\\n?$`))
    }
    const server = await spawnPlugin(folder, first[0])
    await once(server.process, 'close')
    // oidc-provider warns on a Node that is newer than itself.
    check(server.process.exitCode, server.output().replace(/^oidc-provider WARNING: .*\n/, ''), first[1])

    // On a port that is taken no plugin starts in this process by mistake.
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const PORT = String((taken.address() as AddressInfo).port)
    for (const [environment, expected] of others) {
      const settings = { NODE_ENV: 'production', LOG_LEVEL: 'warn', PORT, DATABASE_URL: temporaryDatabase() }
      const start = async () => {
        const before = process.exitCode
        await import(`${folder}src/main.ts?start=${starts++}`)
        const { exitCode } = process
        process.exitCode = before
        return exitCode
      }
      const { code, output } = await runPrinted(start, [], { ...settings, ...environment })
      check(code, output, expected)
    }
  })
}
