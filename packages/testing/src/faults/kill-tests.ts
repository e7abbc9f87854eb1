import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { developmentToken } from '../processes/development.ts'
import { type PluginProcess, startPlugin } from '../processes/plugin-process.ts'
import { temporaryDatabase } from '../temporary.ts'

export interface Killed {
  /** The plugin's folder, which ends with a slash. `src/main.ts` in it is started in development. */
  folder: URL
  environment?: Record<string, string>
  /** Or how to make one, at the DATABASE_URL of the plugin. By default the one that the plugin makes itself. */
  token?: string | ((database: string) => Promise<string>)
  steps: Readonly<Record<string, KilledStep>>
}

export interface KilledStep {
  /** The operationId of the call in which the process is killed. */
  operation: string
  /** Makes whatever the call needs, by other operations. */
  prepare(client: PluginClient): Promise<KilledRequest> | KilledRequest
  /** Asserts that whatever was done can be found, and was done once if the caller has an answer. */
  check(client: PluginClient, call: KilledCall): Promise<void>
}

export interface KilledRequest {
  path: string
  body: object
}

export interface KilledCall {
  request: KilledRequest
  key: string
  /** Where the process was killed, such as `after POST /payments`. */
  point: string
  /** The DATABASE_URL of the plugin. */
  database: string
  answer?: object
  /** Whether the caller was told that nothing was done. */
  isRefused?: boolean
}

/** Calls a plugin over HTTP. */
export interface PluginClient {
  get<Body = Record<string, unknown>>(path: string): Promise<Body>
  post<Body = Record<string, unknown>>(path: string, body: object, headers?: object): Promise<Body>
}

// A sample, unless CI wants all.
const isComplete = process.env.FAULT_POINTS === 'all'
const sampled = 3
/** Longer than a call that was interrupted is held, in milliseconds. */
const pause = 40_000
const preload = new URL('./kill.ts', import.meta.url).href

/**
 * Makes tests that kill the plugin at points of each step, start it again, and compare. The caller repeats the call at
 * once, or after the plugin has gone on by itself. FAULT_POINTS=all kills it at each point.
 */
export function killTests(killed: Killed): void {
  for (const [name, step] of Object.entries(killed.steps))
    test(`${name}: killed at ${isComplete ? 'each point' : 'some points'}, it is done once`, {
      timeout: 600_000,
    }, async (t) => {
      const points = await runKills(killed, step, (_, index, { length }) =>
        isComplete ? true : index % Math.ceil(length / sampled) === 1,
      )
      t.diagnostic(`killed ${points.join(', ')}`)
    })
}

/**
 * Kills the plugin at the points that `choose` names, of all that a first run finds.
 * @returns the points, such as `after POST /payments`
 */
export async function runKills(
  killed: Killed,
  step: KilledStep,
  choose: (point: string, index: number, points: readonly string[]) => boolean,
): Promise<string[]> {
  const points = await findPoints(killed, step)
  const chosen = points.filter(choose)
  assert.ok(chosen.length > 0, `no point is chosen of ${points.join(', ')}`)
  // Two processes at a time, each with a database of its own.
  const halves = [0, 1].map((half) => chosen.filter((_, index) => index % 2 === half))
  await Promise.all(halves.map((half) => killAt(killed, step, half)))
  return chosen
}

async function findPoints(killed: Killed, step: KilledStep): Promise<string[]> {
  const host = new Host(killed, step)
  const client = await host.start(1, '')
  const { path, body } = await step.prepare(client)
  await client.post(path, body, { 'idempotency-key': 'no-fault' })
  const output = await host.kill()
  return [...output.matchAll(/^point: (.*)$/gm)].map(([, point]) => point as string)
}

async function killAt(killed: Killed, step: KilledStep, points: readonly string[]): Promise<void> {
  if (points.length === 0) return
  const host = new Host(killed, step)
  // A process goes on with the call before, is asked for its answer, and is killed in the next call.
  let client = await host.start(1, points[0] ?? 'none')
  for (const [index, point] of points.entries()) {
    let call = await killOnce(host, step, client, point)
    if (!call) {
      // Some points are only in the first call of a process.
      await host.kill()
      call = await killOnce(host, step, await host.start(1, point), point)
    }
    assert.ok(call, `the process was not killed ${point}`)
    client = await host.start(2, points[index + 1] ?? 'none')
    try {
      const isRepeatedAtOnce = index % 2 === 0
      if (!isRepeatedAtOnce) await patiently(() => step.check(client, call))
      const end = await patiently(() => repeat(client, call))
      await step.check(client, { ...call, ...end })
    } catch (error) {
      const message = `killed ${point}: ${(error as Error).message}`
      throw new Error(`${message}\n${await host.kill()}`, { cause: error })
    }
  }
  await host.kill()
}

/** @throws while the call still runs or fails */
async function repeat(client: PluginClient, call: KilledCall): Promise<Pick<KilledCall, 'answer' | 'isRefused'>> {
  try {
    return { answer: await send(client, call) }
  } catch (error) {
    if (error instanceof Refusal && error.isFinal) return { isRefused: true }
    throw error
  }
}

/** An answer of the plugin that is not a success. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly isFinal: boolean

  constructor(message: string, isFinal: boolean) {
    super(message)
    this.isFinal = isFinal
  }
}

let keys = 0

/** @returns the call in which the process was killed, or undefined if the call was answered */
async function killOnce(
  host: Host,
  step: KilledStep,
  client: PluginClient,
  point: string,
): Promise<KilledCall | undefined> {
  const call = { request: await step.prepare(client), key: `killed-${keys++}`, point, database: host.database }
  const answer = await send(client, call).catch((error) => {
    // What fetch throws when a connection breaks.
    if (!(error instanceof TypeError)) throw error
  })
  return answer ? undefined : call
}

const send = (client: PluginClient, { request: { path, body }, key }: KilledCall): Promise<object> =>
  client.post(path, body, { 'idempotency-key': key })

/** What was begun goes on soon after a start. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries > 100) throw error
      await sleep(100)
    }
  }
}

/** Starts one plugin again and again on one database, each time later. */
class Host {
  readonly #killed: Killed
  readonly #operation: string
  readonly database = temporaryDatabase()
  #starts = 0
  #server: PluginProcess | undefined

  constructor(killed: Killed, { operation }: KilledStep) {
    this.#killed = killed
    this.#operation = operation
  }

  /** @param point of the call with this number; empty to print the points */
  async start(call: number, point: string): Promise<PluginClient> {
    const { folder, environment, token } = this.#killed
    this.#server = await startPlugin(folder, {
      NODE_ENV: 'development',
      DATABASE_URL: this.database,
      ...environment,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${preload}`,
      FAULT_OPERATION: this.#operation,
      FAULT_CALL: String(call),
      FAULT_POINT: point,
      FAULT_CLOCK: String(pause * this.#starts++),
    })
    const own = typeof token === 'function' ? await token(this.database) : token
    return clientOf(this.#server.url, own ?? developmentToken(this.database))
  }

  /** @returns what it has written */
  async kill(): Promise<string> {
    await this.#server?.end('SIGKILL')
    return this.#server?.output() ?? ''
  }
}

function clientOf(url: string, token: string | undefined): PluginClient {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const send = async <Body>(path: string, init: RequestInit) => {
    const answer = await fetch(url + path, init)
    const text = await answer.text()
    const isFinal = answer.status < 500 && !answer.headers.has('retry-after')
    if (!answer.ok) throw new Refusal(`${path}: ${answer.status} ${text}`, isFinal)
    return JSON.parse(text) as Body
  }
  return {
    get: (path) => send(path, { headers: authorization }),
    post: (path, body, headers) =>
      send(path, {
        method: 'POST',
        headers: { ...authorization, ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}
