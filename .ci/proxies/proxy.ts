import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Certificate, domain } from './domain.ts'

export const configurations = join(import.meta.dirname, '../../deploy/paths')

/** The configurations that are tested, as they are in `deploy`, changed only where a machine differs. */
export const kinds = {
  'nginx keeps the path': { program: 'nginx', file: 'nginx-keep.conf' },
  'nginx removes the path': { program: 'nginx', file: 'nginx-remove.conf' },
  'nginx removes the path and does not say so': { program: 'nginx', file: 'nginx-remove.conf', isSilent: true },
  'Caddy keeps the path': { program: 'caddy', file: 'keep.Caddyfile' },
  'Caddy removes the path': { program: 'caddy', file: 'remove.Caddyfile' },
} as const
export type Kind = keyof typeof kinds

/** Why proxies cannot be tested here; false where they can. */
export const noProxies: string | false = whyNot()

function whyNot(): string | false {
  const missing = [
    ['nginx', '-v'],
    ['caddy', 'version'],
    ['openssl', 'version'],
  ].filter(([name = '', word = '']) => spawnSync(name, [word]).error)
  if (missing.length > 0) return `${missing.map(([name]) => name).join(', ')} not installed`
  return process.getuid?.() === 0 ? false : 'only root may listen at port 443'
}

export interface ProxyOptions {
  kind: Kind
  /** Of this machine, where nothing else listens at port 443. */
  address: string
  /** Where each plugin and the host listen. */
  ports: Record<string, number>
  certificate: Certificate
  /** For what the proxy writes. */
  folder: string
}

export interface RunningProxy {
  end(): Promise<void>
}

export async function startProxy({
  kind,
  address,
  ports,
  certificate,
  folder: own,
}: ProxyOptions): Promise<RunningProxy> {
  const { program, file, ...more } = kinds[kind]
  let text = readFileSync(join(configurations, file), 'utf8')
  if ('isSilent' in more) text = replaceOnce(text, /^.*X-Forwarded-Prefix \$plugin_path;\n/m, '')
  for (const [name, usual] of Object.entries({
    todo: 3333,
    stocks: 3334,
    news: 3335,
    notes: 3336,
    flights: 3339,
    food: 3340,
    host: 3000,
  }))
    text = text.replaceAll(`127.0.0.1:${usual}`, `127.0.0.1:${ports[name]}`)
  mkdirSync(own, { recursive: true })
  const config = join(own, 'config')
  writeFileSync(
    config,
    program === 'nginx' ? forNginx(text, address, certificate, own) : forCaddy(text, address, certificate),
  )
  const words = program === 'nginx' ? ['-p', own, '-c', config] : ['run', '--config', config, '--adapter', 'caddyfile']
  const child = spawn(program, words, {
    env: { ...process.env, XDG_DATA_HOME: own, XDG_CONFIG_HOME: own },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  for (let tries = 0; !(await listens(address)); tries++) {
    if (tries > 400 || child.exitCode !== null) throw new Error(`${program} did not start: ${output}`)
    await sleep(25)
  }
  return {
    async end() {
      process.off('exit', kill)
      await stop(child)
    },
  }
}

function forNginx(text: string, address: string, { certificate, key }: Certificate, own: string): string {
  const site = replaceOnce(
    replaceOnce(
      replaceOnce(text, 'listen 443 ', `listen ${address}:443 `),
      /ssl_certificate .*;/,
      `ssl_certificate ${certificate};`,
    ),
    /ssl_certificate_key .*;/,
    `ssl_certificate_key ${key};`,
  )
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${own}/${name};`)
  return `daemon off; user root; worker_processes 1; pid ${own}/pid; error_log stderr warn;
events { worker_connections 256; }
http { access_log off; ${places.join(' ')}
${site}
}`
}

function forCaddy(text: string, address: string, { certificate, key }: Certificate): string {
  const site = replaceOnce(text, `${domain} {`, `${domain} {\n\tbind ${address}\n\ttls ${certificate} ${key}`)
  return `{\n\tadmin off\n\tauto_https disable_redirects\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n${site}`
}

function replaceOnce(text: string, pattern: string | RegExp, by: string): string {
  if (text.split(pattern).length !== 2) throw new Error(`${pattern} must be in the configuration once`)
  return text.replace(pattern, () => by)
}

const listens = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(443, address, () => {
      socket.destroy()
      resolve(true)
    }).on('error', () => resolve(false))
  })

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await gone
}
