import { execFile, execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url)
// Debian has the programs of each version of Postgres in a folder of its own.
const postgres = '/usr/lib/postgresql'
const path = `${versions()
  .map((version) => `${postgres}/${version}/bin:`)
  .join('')}${process.env.PATH}`

function versions(): string[] {
  try {
    return readdirSync(postgres).sort((a, b) => Number(b) - Number(a))
  } catch {
    return []
  }
}

/** Runs commands of a page in the root of the repository, with names of the page replaced by those of the test. */
export async function shell(
  code: string,
  names: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = Object.entries(names).reduce((text, [name, value]) => text.replaceAll(name, value), code)
  const options = { cwd: root, env: { ...process.env, PATH: path, ...env }, timeout: 600_000, maxBuffer: 2 ** 26 }
  const { stdout, stderr } = await run('bash', ['--norc', '-euc', command], options)
  return stdout + stderr
}

/** Why a test must be skipped: a program is not there. */
export function missing(...programs: string[]): string | false {
  const absent = programs.filter((program) => {
    try {
      execFileSync('bash', ['-c', `command -v ${program}`], { env: { ...process.env, PATH: path }, stdio: 'ignore' })
      return false
    } catch {
      return true
    }
  })
  return absent.length > 0 && `${absent.join(', ')} not installed`
}
