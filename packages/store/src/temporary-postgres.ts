import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { temporaryFolder, type temporaryPlaces } from './temporary.ts'

// A test may use other connections in the meantime.
const execute = promisify(execFile)

/** Settings of postgresql.conf, by name. */
export type ServerSettings = Readonly<Record<string, string>>

/** A Postgres server in a temporary folder, which ends with this process. */
export interface TemporaryPostgres {
  /** The URL of its superuser, who needs no password. */
  url: string
  port: number
  /** Its data folder. */
  data: string
  /** Starts it again after `stop`, with the same port and data. */
  start(): Promise<void>
  /** Stops it at once: SIGINT ends its connections cleanly, SIGQUIT as in a crash. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
}

// Nothing here must survive a power cut.
const fast: ServerSettings = { fsync: 'off', full_page_writes: 'off' }

/**
 * Starts a new Postgres server on a port of its own, in about a second. As root, it runs as the user `postgres`.
 * Returns undefined where Postgres is not installed.
 */
export async function startPostgres(
  settings: ServerSettings = {},
  place: keyof typeof temporaryPlaces = 'memory',
): Promise<TemporaryPostgres | undefined> {
  const programs = findPrograms()
  if (!programs) return undefined
  const user = process.getuid?.() === 0 ? userOf('postgres') : undefined
  const folder = temporaryFolder(place)
  if (user) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  await initialize(programs, data, { ...user, cwd: folder })
  const port = await freePort()
  const all = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: '300',
    ...fast,
    ...settings,
  }
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let server: ChildProcess | undefined
  process.on('exit', () => server?.kill('SIGQUIT'))

  const start = async () => {
    server = spawn(join(programs, 'postgres'), ['-D', data, ...options], { ...user, cwd: folder, stdio: 'ignore' })
    server.unref()
    await untilReady(programs, port, server)
  }
  await start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    data,
    start,
    async stop(signal = 'SIGQUIT') {
      const stopping = server
      server = undefined
      if (!stopping || stopping.exitCode !== null) return
      stopping.ref()
      stopping.kill(signal)
      await once(stopping, 'exit')
    },
  }
}

/** Texts are sorted as in a dictionary, as on most servers, so that a test shows where the order of bytes is lost. */
async function initialize(programs: string, data: string, options: object): Promise<void> {
  const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US']
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', ...locale]
  await execute(join(programs, 'initdb'), args, options)
}

async function untilReady(programs: string, port: number, server: ChildProcess): Promise<void> {
  const args = ['-q', '-h', '127.0.0.1', '-p', String(port), '-d', 'postgres', '-U', 'postgres']
  for (let tries = 0; ; tries++) {
    try {
      await execute(join(programs, 'pg_isready'), args)
      return
    } catch (error) {
      if (server.exitCode !== null || tries > 600) throw error
      await sleep(50)
    }
  }
}

/** The newest of Debian's folders, or a folder of PATH. */
function findPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  return [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ].find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

export function userOf(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A port of 127.0.0.1 that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
