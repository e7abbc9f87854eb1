import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../../packages/store/src/temporary.ts'
import { freePort } from '../../packages/testing/src/processes/index.ts'
import type { Ask } from './todos.ts'

export const domain = 'todo.example.com'
const folderOf = (name: string): string => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url))

export interface Balancer {
  /** Calls the domain by HTTPS, and checks the certificate. */
  ask: (...call: [...Parameters<Ask>, headers?: Record<string, string>]) => ReturnType<Ask>
  /** What the proxy has logged. */
  log: () => string
  stop: () => Promise<void>
}

/** Caddy with deploy/Caddyfile, and a certificate of its own authority. */
export async function startCaddy(ports: readonly number[]): Promise<Balancer> {
  const folder = temporaryFolder()
  const [port, httpPort] = [await freePort(), await freePort()]
  const file = join(folder, 'Caddyfile')
  const options = ['admin off', 'local_certs', 'skip_install_trust', `https_port ${port}`, `http_port ${httpPort}`]
  const storage = `storage file_system ${folder}`
  writeFileSync(
    file,
    `{\n${[...options, storage, 'default_bind 127.0.0.1'].join('\n')}\n}\nimport ${folderOf('Caddyfile')}\n`,
  )
  const env = {
    ...process.env,
    DOMAIN: domain,
    INSTANCES: ports.map((one) => `127.0.0.1:${one}`).join(' '),
    HOME: folder,
  }
  const child = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return proxyOf(child, port, () => readFileSync(join(folder, 'pki/authorities/local/root.crt')))
}

/** nginx with deploy/nginx.conf, for two instances. */
export async function startNginx([first, second]: readonly [number, number]): Promise<Balancer> {
  const folder = temporaryFolder()
  // The worker processes of nginx run as another user.
  chmodSync(folder, 0o755)
  const [port, httpPort] = [await freePort(), await freePort()]
  const certificate = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const names = ['-subj', `/CN=${domain}`, '-addext', `subjectAltName=DNS:${domain}`]
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')]
  execFileSync('openssl', [...certificate, ...names, ...files], { stdio: 'ignore' })
  const server = readFileSync(folderOf('nginx.conf'), 'utf8')
    .replaceAll('/etc/ssl/todo.example.com', folder)
    .replace('127.0.0.1:3333', `127.0.0.1:${first}`)
    .replace('127.0.0.1:3334', `127.0.0.1:${second}`)
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('listen 80', `listen 127.0.0.1:${httpPort}`)
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const main = `daemon off; pid ${folder}/pid; error_log stderr; events {}`
  writeFileSync(join(folder, 'nginx.conf'), `${main}\nhttp { access_log off; ${places.join(' ')}\n${server} }\n`)
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return proxyOf(child, port, () => readFileSync(join(folder, 'fullchain.pem')))
}

async function proxyOf(child: ChildProcess, port: number, readCa: () => Buffer): Promise<Balancer> {
  let output = ''
  child.stderr?.on('data', (chunk) => (output += chunk))
  process.on('exit', () => child.kill('SIGKILL'))
  let agent: Agent | undefined
  const ask: Balancer['ask'] = async (method, path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      agent ??= new Agent({ ca: readCa(), servername: domain, keepAlive: true, maxSockets: 8 })
      const all = { host: domain, 'content-type': 'application/json', ...headers }
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers: all, agent, timeout: 30_000 },
        (answer) => {
          let text = ''
          answer.on('data', (chunk) => (text += chunk)).on('error', reject)
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  for (let tries = 0; ; tries++) {
    const status = await ask('GET', '/readyz').then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) break
    if (child.exitCode !== null || tries > 400) throw new Error(`the proxy does not answer (${status}): ${output}`)
    await sleep(50)
  }
  return {
    ask,
    log: () => output,
    async stop() {
      agent?.destroy()
      if (child.exitCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}
