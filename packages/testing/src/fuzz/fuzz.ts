import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { Report, readSpec } from '@reference-plugins/contract'
import fc from 'fast-check'
import type { PluginProcess } from '../processes/plugin-process.ts'
import { garbage, sendGarbage } from './garbage.ts'
import { type OddRequest, oddRequests } from './odd-requests.ts'

export interface FuzzOptions {
  requests: number
  seed: number
  /** Sent with every request. Without it the requests have invalid tokens or none. */
  authorization?: string
}

// A server that is stuck fails, and one on a busy machine does not.
const longestWait = 10_000

/**
 * Sends odd requests made from the plugin's own spec, and asserts that the server copes: no 5xx, no answer after
 * 10 seconds, each refusal a problem document, no crash, and no growing memory.
 * @returns the number of answers of each status
 */
export async function fuzz(server: PluginProcess, options: FuzzOptions): Promise<Map<number, number>> {
  const { requests, seed, authorization } = options
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Record<string, unknown>
  const shape = oddRequests(readSpec(document, new Report()).operations, authorization)
  const sender = new Sender(server)
  const statuses = new Map<number, number>()
  const memory: number[] = []
  try {
    for (const part of [0, 1, 2, 3]) {
      const shapes = fc.sample(shape, { numRuns: Math.ceil(requests / 4), seed: seed + part })
      for (let index = 0; index < shapes.length; index += 16) {
        const found = await Promise.all(shapes.slice(index, index + 16).map((one) => sender.send(one)))
        for (const status of found) statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (index % 256 === 0) await sendGarbage(server.port, fc.sample(garbage, { numRuns: 1, seed: seed + index })[0])
      }
      if (process.platform === 'linux') memory.push(residentMegabytes(server.process.pid as number))
    }
  } finally {
    sender.close()
  }
  assert.equal(server.process.exitCode, null, 'the server still runs')
  const [, middle = 0, , end = 0] = memory
  // V8 takes about 300 MB before it collects thoroughly.
  assert.ok(end < Math.max(350, middle * 1.3 + 30), `memory does not grow: ${memory.map(Math.round)} MB`)
  return statuses
}

const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 16 })
  readonly #port: number

  constructor({ port }: PluginProcess) {
    this.#port = port
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Answers the status, or 0 where Node's client refuses to send the request. */
  send({ method, path, headers, body }: OddRequest): Promise<number> {
    const describe = () => JSON.stringify({ method, path, headers, body: body?.toString('latin1').slice(0, 300) })
    return new Promise((resolve, reject) => {
      const start = performance.now()
      try {
        const sent = request({
          host: '127.0.0.1',
          port: this.#port,
          agent: this.#agent,
          method,
          path,
          headers: { ...headers, ...(body && { 'content-length': body.length }) },
        })
        sent.setTimeout(longestWait, () => sent.destroy(new Error(`no answer in 10 seconds: ${describe()}`)))
        // A server may close the connection while a body that is too long arrives.
        sent.on('error', (error: NodeJS.ErrnoException) =>
          (body?.length ?? 0) > 262_144 && /EPIPE|ECONNRESET/.test(error.code ?? '')
            ? resolve(413)
            : reject(new Error(`${error.message}: ${describe()}`)),
        )
        sent.on('response', async (response) => {
          const text = (await response.setEncoding('utf8').toArray()).join('')
          const status = response.statusCode ?? 0
          try {
            assert.ok(status < 500)
            assert.ok(performance.now() - start < longestWait, 'slow')
            // OAuth has its own error documents, RFC 6749.
            if (status >= 400 && method !== 'HEAD' && !path.startsWith('/oauth/'))
              assertRefusal(response.headers['content-type'], text, status)
            resolve(status)
          } catch (error) {
            reject(new Error(`status ${status}, ${(error as Error).message}: ${describe()}`, { cause: error }))
          }
        })
        sent.end(body)
      } catch {
        resolve(0)
      }
    })
  }
}

/** A problem document, or from MCP an error of JSON-RPC 2.0. */
function assertRefusal(type: string | undefined, text: string, status: number): void {
  if (type === 'application/json') {
    const { jsonrpc, error } = JSON.parse(text)
    assert.deepEqual([jsonrpc, Number.isInteger(error?.code)], ['2.0', true])
    assert.ok(error.message.length > 10, 'the refusal does not say what is wrong')
    return
  }
  assert.equal(type, 'application/problem+json')
  const problem = JSON.parse(text)
  assert.equal(problem.status, status)
  assert.ok(problem.detail.length > 10, 'the refusal does not say what is wrong')
}
