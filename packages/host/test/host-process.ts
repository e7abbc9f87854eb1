import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@reference-plugins/testing/processes'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { browserOf, hostKey } from './fixture.ts'

const folder = new URL('..', import.meta.url)
const started = new Set<ChildProcess>()

export function killHosts(): void {
  for (const child of started) child.kill('SIGKILL')
}

/** Starts the host as a process of its own. */
export async function spawnHost(environment: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: folder,
    env: {
      ...process.env,
      PORT: String(port),
      LOG_LEVEL: 'warn',
      OLLAMA_HOST: '127.0.0.1:1',
      HOST_PLUGINS: temporaryFolder(),
      ...hostKey(environment.DATABASE_URL ?? 'file:'),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return {
    child,
    output: () => output,
    browser: browserOf(`http://localhost:${port}`),
    async end(signal: NodeJS.Signals) {
      child.kill(signal)
      const [code] = await once(child, 'exit')
      started.delete(child)
      return code as number | null
    },
  }
}

/** The same, and waits until it is ready. */
export async function startHost(environment: Record<string, string>) {
  const host = await spawnHost(environment)
  for (let tries = 0; !host.output().includes('is ready at'); tries++) {
    assert.ok(tries < 600 && host.child.exitCode === null, `the host did not start: ${host.output()}`)
    await sleep(50)
  }
  return host
}
