import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** Serves until the test ends, and returns its URL. */
export async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export interface Publishing {
  process: ChildProcess
  output(): string
  /** Waits until the output matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends SIGTERM and waits for its end. */
  stop(): Promise<void>
}

/** Runs `publishing-process.ts` with variables of OpenTelemetry. */
export function publish(t: TestContext, environment: Record<string, string>, requests = 10): Publishing {
  const script = new URL('publishing-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, String(requests)], {
    env: { ...process.env, OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_METRIC_EXPORT_INTERVAL: '200', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'close')
  return {
    process: child,
    output: () => output,
    async until(pattern) {
      for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20)) {
        const found = pattern.exec(output)
        if (found) return found
      }
      throw new Error(`no ${pattern} in:\n${output}`)
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
