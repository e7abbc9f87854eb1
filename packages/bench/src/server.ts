import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Usage } from './probe.ts'

const file = (name: string): URL => new URL(`servers/${name}.ts`, import.meta.url)

/** The measured servers, in the order of the table. All answer the same requests; the durable ones store todos in SQLite. */
export const servers = {
  todo: { title: 'todo', isDurable: true, main: new URL('../../../plugins/todo/src/main.ts', import.meta.url) },
  http: { title: 'node:http', isDurable: false, main: file('http') },
  koa: { title: 'Koa', isDurable: false, main: file('koa') },
  fastify: { title: 'Fastify', isDurable: false, main: file('fastify') },
  hono: { title: 'Hono', isDurable: false, main: file('hono') },
  mcp: { title: 'MCP SDK on Koa', isDurable: false, main: file('mcp') },
  'http-sqlite': { title: 'node:http + SQLite', isDurable: true, main: file('http') },
  'koa-sqlite': { title: 'Koa + SQLite', isDurable: true, main: file('koa') },
  'fastify-sqlite': { title: 'Fastify + SQLite', isDurable: true, main: file('fastify') },
  'hono-sqlite': { title: 'Hono + SQLite', isDurable: true, main: file('hono') },
}

export type ServerName = keyof typeof servers

const longestStart = 10_000
const readyList = ['buy milk', 'write code', 'sleep']

/** A server in its own process and folder. */
export class Server {
  readonly url: string
  /** Milliseconds from the start of the process to the first answer. */
  startTime = 0
  readonly #name: ServerName
  readonly #folder: string
  readonly #process: ChildProcess
  readonly #stop = () => this.stop()

  static async start(name: ServerName): Promise<Server> {
    const server = new Server(name, await freePort())
    try {
      await server.#firstAnswer()
      for (const todo of readyList) assert.deepEqual(await server.#send('alice', { todo }), { status: 'success' })
      await server.check()
      return server
    } catch (error) {
      server.stop()
      throw new Error(`${name} gives wrong answers`, { cause: error })
    }
  }

  private constructor(name: ServerName, port: number) {
    this.#name = name
    this.url = `http://127.0.0.1:${port}`
    // Not in /tmp, which is memory on some machines, where a durable write costs nothing.
    const data = fileURLToPath(new URL('../.data', import.meta.url))
    mkdirSync(data, { recursive: true })
    this.#folder = mkdtempSync(join(data, `${name}-`))
    this.startTime = performance.now()
    this.#process = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        `--import=${new URL('probe.ts', import.meta.url)}`,
        fileURLToPath(servers[name].main),
      ],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, ...this.#environment(port) } },
    )
    process.on('exit', this.#stop)
  }

  #environment(port: number): NodeJS.ProcessEnv {
    return {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: this.url,
      DATABASE_URL: servers[this.#name].isDurable ? `file:${join(this.#folder, 'todo.sqlite')}` : '',
      LOG_LEVEL: 'info',
      RATE_LIMIT: '1000000000',
    }
  }

  async usage(): Promise<Usage> {
    const answer = once(this.#process, 'message', { signal: AbortSignal.timeout(longestStart) })
    this.#process.send('usage')
    const [usage] = await answer
    return usage
  }

  /** Throws if the list that is read by the GET requests has changed. */
  async check(): Promise<void> {
    assert.deepEqual(await this.#send('alice'), { todos: readyList })
  }

  stop(): void {
    process.off('exit', this.#stop)
    this.#process.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #firstAnswer(): Promise<void> {
    const started = this.startTime
    for (;;) {
      const answer = await this.#send('alice').catch(() => undefined)
      this.startTime = performance.now() - started
      if (answer) return assert.deepEqual(answer, { todos: [] })
      if (this.#process.exitCode !== null || this.startTime > longestStart)
        throw new Error(`${this.#name} did not start`)
      await sleep(5)
    }
  }

  async #send(username: string, body?: unknown): Promise<unknown> {
    const request = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const response = await fetch(`${this.url}/todos/${username}`, request || {})
    assert.equal(response.status, 200)
    return response.json()
  }
}

async function freePort(): Promise<number> {
  for (;;) {
    // Below the range of client ports, because one of those may be taken before the server uses it.
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
