import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A plugin that runs as a process of its own, as it does for a person. */
export interface PluginProcess {
  url: string
  port: number
  process: ChildProcess
  /** What it has written so far, standard error included. */
  output: () => string
  /** Ends the process by its own id, and waits until it is gone. */
  end: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** The DATABASE_URL of a new file in a new folder. */
export const temporaryDatabase = (): string => `file:${join(mkdtempSync(join(tmpdir(), 'plugin-')), 'plugin.sqlite')}`

export async function freePort(): Promise<number> {
  for (;;) {
    // Below the ports that clients get: one of those may be taken between here and its use.
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

/**
 * Starts `src/main.ts` in the plugin's folder, without waiting for it.
 * @param folder ends with a slash
 * @param environment needs PORT
 */
export function spawnPlugin(folder: URL, environment: Record<string, string>): PluginProcess {
  const port = Number(environment.PORT)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', RATE_LIMIT: '100000000', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  // Whoever started it may end early, or by an error: it is not to outlive them.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = once(child, 'close').then(([code]) => code as number | null)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    output: () => output,
    end(signal = 'SIGTERM') {
      process.off('exit', kill)
      for (const one of [child, child.stdout as Socket, child.stderr as Socket]) one.ref()
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return gone
    },
  }
}

/** Starts a plugin on a free port and a new database, unless `environment` says otherwise, and waits until it answers. */
export async function startPlugin(folder: URL, environment: Record<string, string> = {}): Promise<PluginProcess> {
  const server = spawnPlugin(folder, {
    PORT: String(await freePort()),
    DATABASE_URL: temporaryDatabase(),
    ...environment,
  })
  for (let tries = 0; tries < 400; tries++) {
    if (await answers(`${server.url}/livez`)) return unreferenced(server)
    if (server.process.exitCode !== null) break
    await sleep(25)
  }
  await server.end('SIGKILL')
  throw new Error(`${folder.pathname} did not start: ${server.output()}`)
}

/** A test that fails before it ends the plugin must end all the same. */
function unreferenced(server: PluginProcess): PluginProcess {
  server.process.unref()
  for (const stream of [server.process.stdout, server.process.stderr]) (stream as Socket).unref()
  return server
}

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    (answer) => answer.ok,
    () => false,
  )
