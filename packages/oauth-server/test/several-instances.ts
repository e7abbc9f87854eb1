import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'

export interface Instances {
  /** Where all of them are reached. Each request goes to the next one, or to the one in the header `x-instance`. */
  url: string
  databaseUrl: string
  count: number
  close(): void
}

/** Starts several processes with one database at once, behind one address. */
export async function startInstances(count: number): Promise<Instances> {
  const databaseUrl = temporaryDatabase()
  const ports: number[] = []
  let turn = 0
  const proxy = createServer((incoming, outgoing) => {
    const instance = Number(incoming.headers['x-instance'] ?? turn++) % count
    pass(incoming, outgoing, ports[instance] as number)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const children = Array.from({ length: count }, () => startOne(databaseUrl, url))
  for (const child of children) {
    const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data')
    ports.push(Number(line))
  }
  return {
    url,
    databaseUrl,
    count,
    close() {
      for (const child of children) child.kill('SIGKILL')
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}

function startOne(...words: string[]): ChildProcess {
  const file = join(import.meta.dirname, 'diary-process.ts')
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  incoming.pipe(onward)
}
