import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { freePort } from './plugin-process.ts'

export interface Nginx {
  url: string
  end: () => Promise<void>
}

export const hasNginx = (): boolean => spawnSync('nginx', ['-v']).status === 0

/**
 * Starts nginx in front of instances at these ports of 127.0.0.1, with the upstream and the location of deploy/nginx.conf,
 * but without TLS, because a test on one machine has no certificate.
 */
export async function startNginx(ports: readonly number[]): Promise<Nginx> {
  const folder = temporaryFolder()
  const port = await freePort()
  const documented = readFileSync(new URL('../../../../deploy/nginx.conf', import.meta.url), 'utf8')
  const [upstream = '', , server = ''] = documented
    .split(/^(?=upstream|server)/m)
    .filter((part) => !part.startsWith('#'))
  const [line = '', ...others] = upstream.match(/^ *server .*\n/gm) ?? []
  const servers = ports.map((port) => line.replace(/:\d+/, `:${port}`)).join('')
  const ours = others.reduce((text, other) => text.replace(other, ''), upstream).replace(line, servers)
  const conf = [
    'daemon off; pid nginx.pid; worker_processes 2; error_log stderr; events {} http { access_log off;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`),
    ours,
    server.replace(/^ *ssl_.*\n/gm, '').replace(/listen 443.*;/, `listen 127.0.0.1:${port};`),
    '}',
  ].join('\n')
  writeFileSync(join(folder, 'nginx.conf'), conf)
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (chunk) => (errors += chunk))
  process.on('exit', () => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    if (
      await fetch(`${url}/livez`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break
    if (child.exitCode !== null || tries > 400) throw new Error(`nginx did not start: ${errors}\n${conf}`)
    await sleep(25)
  }
  return {
    url,
    async end() {
      child.kill('SIGTERM')
      await once(child, 'close')
    },
  }
}
