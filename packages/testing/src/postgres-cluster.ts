import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '@reference-plugins/store/temporary'

/** A Postgres server in a temporary folder, for one run of tests. */
export interface Cluster {
  /** The URL of its superuser. */
  url: string
  port: number
  /** The data folder. */
  data: string
  process: ChildProcess
  stop(): Promise<void>
}

/** Settings of postgresql.conf, by name. */
type Settings = Record<string, string>

// Nothing is kept, so nothing waits for the disk.
const fast = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }

/** Starts a new server on a port of its own, or returns undefined where Postgres is not installed. */
export async function startPostgres(settings: Settings = fast): Promise<Cluster | undefined> {
  const programs = findPrograms()
  if (!programs) return undefined
  // Postgres does not run as root.
  const user = process.getuid?.() === 0 ? userOf('postgres') : undefined
  const folder = temporaryFolder()
  if (user) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  // Texts are sorted as in a dictionary here, as on most servers, so that a test sees where the order of SQLite is lost.
  const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
  const initialize = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...locale]
  execFileSync(join(programs, 'initdb'), initialize, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const port = await freePort()
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: '300',
    ...settings,
  }
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(programs, 'postgres'), ['-D', data, ...options], { ...user, cwd: folder, stdio: 'ignore' })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    // SIGQUIT stops at once and leaves the data as they are.
    child.kill('SIGQUIT')
    await once(child, 'exit')
  }
  process.on('exit', () => child.kill('SIGQUIT'))
  for (let tries = 0; ; tries++) {
    try {
      execFileSync(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)])
      return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, port, data, process: child, stop }
    } catch (error) {
      if (child.exitCode !== null || tries > 300) throw error
      await sleep(50)
    }
  }
}

/** The newest of Debian's folders, or a folder of PATH. */
function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')))
}

function userOf(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
