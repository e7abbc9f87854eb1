import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const folder = new URL('apps/', import.meta.url).pathname
const longestStart = 90_000
const python = '/usr/bin/python3'
const powerDns = '/usr/sbin/pdns_server'

/** Why an app cannot run here. Undefined where it can. */
export function missingFor(app: string): string | undefined {
  if (app.endsWith('.py')) {
    const modules = {
      fastapi: 'fastapi, uvicorn, multipart',
      flask: 'flask, apispec',
      drf: 'rest_framework, uritemplate',
    }
    const [, needed = ''] = Object.entries(modules).find(([name]) => app.startsWith(name)) ?? []
    const isThere = existsSync(python) && spawnSync(python, ['-c', `import ${needed}`]).status === 0
    return isThere ? undefined : `${needed} are not installed: apt-get install ${debianPackages}`
  }
  if (app === 'powerdns.mjs')
    return existsSync(powerDns)
      ? undefined
      : 'PowerDNS is not installed: apt-get install pdns-server pdns-backend-sqlite3'
  const modules = new URL('node_modules/fastify', import.meta.url)
  return existsSync(modules) ? undefined : 'npm ci was not run in this folder, or could not reach the registry'
}

const debianPackages =
  'python3-fastapi python3-uvicorn python3-multipart python3-flask python3-apispec python3-marshmallow python3-djangorestframework python3-uritemplate'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts an app and waits until it answers. */
export async function start([app = '', ...words]: readonly string[]): Promise<{ url: string; stop: () => void }> {
  const port = await freePort()
  const command = app.endsWith('.py') ? python : process.execPath
  const child = spawn(command, [`${folder}${app}`, String(port), ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', (chunk) => (output = `${output}${chunk}`.slice(-2_000)))
  const url = `http://127.0.0.1:${port}`
  await answers(url, child).catch((error) => {
    child.kill('SIGKILL')
    throw new Error(`${app}: ${error.message}\n${output}`)
  })
  return { url, stop: () => child.kill('SIGKILL') }
}

/** Starts Prism for several specs at once, since most of its start is loading. */
export async function startMocks(files: readonly string[]): Promise<{ urls: string[]; stop: () => void }> {
  const words = [`${folder}prism.mjs`, ...files]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 })
  const urls: string[] = []
  for await (const line of createInterface(child.stdout)) {
    if (line === 'ready') break
    urls.push(JSON.parse(line))
  }
  return { urls, stop: () => child.kill('SIGKILL') }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + longestStart; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    const isThere = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (isThere) return
  }
  throw new Error(`it did not answer within ${longestStart} ms`)
}
