import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface TodoServer {
  url: string
  port: number
  process: ChildProcess
  output: () => string
  /** Ends the process by its own id, and waits until it is gone. */
  end: (signal: NodeJS.Signals) => Promise<number | null>
}

export const temporaryDatabase = (): string => `file:${join(mkdtempSync(join(tmpdir(), 'todo-')), 'todo.sqlite')}`

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

/** Starts `main.ts` as a person would. Does not wait. */
export function spawnTodo(environment: Record<string, string>): TodoServer {
  const port = Number(environment.PORT)
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn', RATE_LIMIT: '100000000', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const gone = once(child, 'close').then(([code]) => code as number | null)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    process: child,
    output: () => output,
    end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      return gone
    },
  }
}

/** Starts `main.ts` on a free port and waits until it answers. */
export async function startTodo(database: string, environment: Record<string, string> = {}): Promise<TodoServer> {
  const server = spawnTodo({ PORT: String(await freePort()), DATABASE_URL: database, ...environment })
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${server.url}/livez`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return server
    if (server.process.exitCode !== null) break
    await sleep(25)
  }
  await server.end('SIGKILL')
  throw new Error(`todo did not start: ${server.output()}`)
}
