import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createDatabase } from './postgres.ts'
import type { Usage } from './probe.ts'
import { processTree, treeUsage } from './process-tree.ts'
import { ProcessorLimit } from './processor-limit.ts'

/** A server to measure. All answer the same requests. */
export interface ServerPlan {
  name: string
  title: string
  /** Where it keeps its todos. */
  database: 'memory' | 'SQLite' | 'Postgres'
  /** How many worker processes it has. With one or more, those that it starts are measured too. */
  instances?: number
  /** The repository that it is started from. */
  checkout?: string
}

const root = new URL('../../../', import.meta.url)
const titles: Record<string, string> = {
  todo: 'todo',
  http: 'node:http',
  koa: 'Koa',
  fastify: 'Fastify',
  hono: 'Hono',
  mcp: 'MCP SDK on Koa',
}
const name = /^([a-z]+)(-sqlite|-postgres)?(?:-([12]))?$/

export const isKnown = (text: string): boolean => Object.hasOwn(titles, name.exec(text)?.[1] ?? '')

/** The plan with a name such as `http`, `http-sqlite`, `todo-postgres` or `todo-postgres-2`, with two instances. */
export function toPlan(text: string, more: Partial<ServerPlan> = {}): ServerPlan {
  const [, base = '', place, instances] = name.exec(text) ?? []
  const database = place === '-postgres' ? 'Postgres' : place === '-sqlite' || base === 'todo' ? 'SQLite' : 'memory'
  const on = place === undefined ? '' : ` + ${database}`
  const times = instances === undefined ? '' : `, ${instances} instance${instances === '1' ? '' : 's'}`
  return {
    name: base,
    title: `${titles[base]}${on}${times}`,
    database,
    ...(instances !== undefined && { instances: Number(instances) }),
    ...more,
  }
}

const longestStart = 60_000
const longestStop = 10_000
const readyList = ['buy milk', 'write code', 'sleep']

/** A server in its own process and folder. */
export class Server {
  readonly url: string
  /** Milliseconds from the start of the process to the first answer. */
  startTime = 0
  readonly #plan: ServerPlan
  readonly #folder: string
  readonly #process: ChildProcess
  #limits: ProcessorLimit[] = []
  readonly #kill = () => {
    this.#process.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  static async start(plan: ServerPlan): Promise<Server> {
    const database = plan.database === 'Postgres' ? await createDatabase() : undefined
    const server = new Server(plan, await freePort(), database)
    try {
      await server.#firstAnswer()
      await server.#allInstances()
      for (const todo of readyList) assert.deepEqual(await server.#send('alice', { todo }), { status: 'success' })
      await server.check()
      return server
    } catch (error) {
      await server.stop()
      throw new Error(`${plan.title} gives wrong answers`, { cause: error })
    }
  }

  private constructor(plan: ServerPlan, port: number, database: string | undefined) {
    this.#plan = plan
    this.url = `http://127.0.0.1:${port}`
    // Not in /tmp, which is memory on some machines, where a durable write costs nothing.
    const data = fileURLToPath(new URL('../.data', import.meta.url))
    mkdirSync(data, { recursive: true })
    this.#folder = mkdtempSync(join(data, `${plan.name}-`))
    this.startTime = performance.now()
    this.#process = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', `--import=${new URL('probe.ts', import.meta.url)}`, this.#main()],
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { ...process.env, ...this.#environment(port, database) } },
    )
    process.on('exit', this.#kill)
  }

  #main(): string {
    const { name, checkout = fileURLToPath(root) } = this.#plan
    return join(checkout, name === 'todo' ? 'plugins/todo/src/main.ts' : `packages/bench/src/servers/${name}.ts`)
  }

  #environment(port: number, database: string | undefined): NodeJS.ProcessEnv {
    return {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: this.url,
      DATABASE_URL: database ?? this.#file(),
      LOG_LEVEL: 'info',
      RATE_LIMIT: '1000000000',
      ...(this.#plan.instances !== undefined && { WEB_CONCURRENCY: String(this.#plan.instances) }),
    }
  }

  #file(): string {
    return this.#plan.database === 'SQLite' ? `file:${join(this.#folder, 'todo.sqlite')}` : ''
  }

  async usage(): Promise<Usage> {
    if (this.#plan.instances !== undefined) return treeUsage(this.#process.pid as number)
    const answer = once(this.#process, 'message', { signal: AbortSignal.timeout(longestStart) })
    this.#process.send('usage')
    const [usage] = await answer
    return usage
  }

  /** Throws if the list that is read by the GET requests has changed. */
  async check(): Promise<void> {
    assert.deepEqual(await this.#send('alice'), { todos: readyList })
  }

  /**
   * Limits each of its instances to a share of a processor, such as 0.4, or to nothing.
   * @returns whether that is possible here
   */
  limit(processors: number | undefined): boolean {
    const [first, ...workers] = processTree(this.#process.pid as number)
    if (this.#limits.length === 0)
      for (const pid of workers.length > 0 ? workers : [first as number]) {
        const limit = ProcessorLimit.tryCreate(pid)
        if (limit === undefined) return false
        this.#limits.push(limit)
      }
    for (const limit of this.#limits) limit.set(processors)
    return true
  }

  /** Lets it finish, because its folder must not go before its workers. */
  async stop(): Promise<void> {
    process.off('exit', this.#kill)
    for (const limit of this.#limits) limit.set(undefined)
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      const impatience = setTimeout(() => this.#process.kill('SIGKILL'), longestStop)
      this.#process.kill('SIGTERM')
      await ended
      clearTimeout(impatience)
    }
    for (const limit of this.#limits.splice(0)) limit.remove()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The first worker answers while the others start. */
  async #allInstances(): Promise<void> {
    const { instances = 1 } = this.#plan
    while (instances > 1 && processTree(this.#process.pid as number).length <= instances) await sleep(5)
  }

  async #firstAnswer(): Promise<void> {
    const started = this.startTime
    for (;;) {
      const answer = await this.#send('alice').catch(() => undefined)
      this.startTime = performance.now() - started
      if (answer) return assert.deepEqual(answer, { todos: [] })
      if (this.#process.exitCode !== null || this.startTime > longestStart)
        throw new Error(`${this.#plan.title} did not start`)
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
