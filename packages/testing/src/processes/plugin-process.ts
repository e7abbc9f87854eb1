import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDatabase } from '@reference-plugins/store/temporary'

/** A plugin that runs as a process of its own, as it does for a person. */
export interface PluginProcess {
  url: string
  port: number
  process: ChildProcess
  /** What it has written so far to standard output and standard error. */
  output: () => string
  /** Ends the process by its own id, and waits until it is gone. */
  end: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** A port of 127.0.0.1 that nothing listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    // The system gives clients higher ports: one of those could be taken before the caller uses it.
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
 * Starts `src/main.ts` in the plugin's folder on a free port and a new database, unless `environment` says otherwise.
 * Does not wait until it answers.
 * @param folder ends with a slash
 */
export async function spawnPlugin(folder: URL, environment: Record<string, string> = {}): Promise<PluginProcess> {
  const settings = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    RATE_LIMIT: '100000000',
    PORT: environment.PORT ?? String(await freePort()),
    DATABASE_URL: environment.DATABASE_URL ?? temporaryDatabase(),
    ...environment,
  }
  const port = Number(settings.PORT)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: folder,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  // It must not outlive this process, which may end by an error. Its temporary folder is removed after that.
  const kill = () => child.kill('SIGKILL')
  process.prependOnceListener('exit', kill)
  const gone = once(child, 'close').then(([code]) => {
    process.off('exit', kill)
    return code as number | null
  })
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    output: () => output,
    end(signal = 'SIGTERM') {
      for (const one of [child, child.stdout as Socket, child.stderr as Socket]) one.ref()
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return gone
    },
  }
}

/** Starts a plugin as `spawnPlugin` does, and waits until it answers. */
export async function startPlugin(folder: URL, environment: Record<string, string> = {}): Promise<PluginProcess> {
  const server = await spawnPlugin(folder, environment)
  for (let tries = 0; tries < 400; tries++) {
    if (await answers(`${server.url}/livez`)) return unreferenced(server)
    if (server.process.exitCode !== null) break
    await sleep(25)
  }
  await server.end('SIGKILL')
  throw new Error(`${folder.pathname} did not start: ${server.output()}`)
}

/** A test that fails before it ends the plugin must not wait for it. */
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
