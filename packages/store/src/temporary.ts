import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgresDatabase } from './temporary-database.ts'

/** Every temporary folder of this repository has a name that starts with this. */
export const temporaryPrefix = 'reference-plugins-'

/** Where temporary folders are made: on the disk, and in memory, where each write to a database takes less time. */
export const temporaryPlaces = { disk: tmpdir(), memory: memoryPlace() ?? tmpdir() }

const folders = new Set<string>()

/**
 * Makes a folder that lasts as long as this process. It is removed at exit, after an uncaught error, and on SIGHUP,
 * SIGINT and SIGTERM.
 */
export function temporaryFolder(place: keyof typeof temporaryPlaces = 'memory'): string {
  if (folders.size === 0) removeAtExit()
  const folder = mkdtempSync(join(temporaryPlaces[place], temporaryPrefix))
  folders.add(folder)
  return folder
}

/**
 * The DATABASE_URL of a new database: a SQLite file in a temporary folder of its own or, where the variable POSTGRES holds
 * the URL of a server such as `postgres://postgres@127.0.0.1:5432/postgres`, a database on that server.
 */
export function temporaryDatabase(place?: keyof typeof temporaryPlaces): string {
  const server = process.env.POSTGRES
  return server ? createPostgresDatabase(server) : `file:${join(temporaryFolder(place), 'plugin.sqlite')}`
}

/** The folder for files in memory that Linux has, unless TMPDIR names another one or the memory is small. */
function memoryPlace(): string | undefined {
  const folder = '/dev/shm'
  if (process.env.TMPDIR !== undefined || !existsSync(folder)) return undefined
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > 2 ** 30 ? folder : undefined
}

function removeAtExit(): void {
  process.on('exit', () => {
    // A process that is being killed may still write into its folder: try again.
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })
  })
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    const exit = () => {
      // A process that stops cleanly by its own handler is left to it.
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal])
    }
    process.on(signal, exit)
  }
}
