import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LoadOptions, Sent } from './load.ts'
import type { Server } from './server.ts'

/** Whether wrk is installed, whose requests cost a tenth of those of autocannon. */
export const hasWrk = (): boolean => spawnSync('wrk', ['-v']).error === undefined

/** Sends the same requests as autocannon. Throws if an answer is missing or an error. */
export async function sendByWrk(
  { url }: Server,
  load: 'GET' | 'POST',
  { connections, seconds }: LoadOptions,
): Promise<Sent> {
  const words = ['-t1', '--timeout', '20s', `-c${connections}`, `-d${Math.round(seconds)}s`]
  const script = join(import.meta.dirname, 'requests.lua')
  const { stdout } = await promisify(execFile)('wrk', [...words, '-s', script, `${url}/`, '--', load])
  const [, requests, microseconds, errors, refused, cpu] = /^sent (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(stdout) ?? []
  assert.equal(`${errors} ${refused}`, '0 0', `${load}: ${errors} broken connections, ${refused} refused\n${stdout}`)
  return { requests: Number(requests), seconds: Number(microseconds) / 1e6, cpu: Number(cpu) }
}
