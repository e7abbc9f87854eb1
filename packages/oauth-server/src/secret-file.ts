import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { EnvironmentError } from '@reference-plugins/core'

/**
 * Reads a file of secrets, or returns undefined if it does not exist.
 * @throws EnvironmentError if another user of the machine may have written it
 */
export function readSecretFile(path: string): string | undefined {
  let found: Stats
  try {
    found = lstatSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new EnvironmentError(`${path} cannot be read: ${(error as Error).message}`)
  }
  if (!found.isFile()) throw new EnvironmentError(`${path} is not a regular file: delete it and start again`)
  const isOwn = process.getuid === undefined || process.getuid() === 0 || found.uid === process.getuid()
  if (!isOwn || (process.platform !== 'win32' && (found.mode & 0o022) !== 0))
    throw new EnvironmentError(`${path} can be written by other users: check what is in it, then run chmod 600 ${path}`)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new EnvironmentError(`${path} cannot be read: ${(error as Error).message}`)
  }
}

/** Writes it whole or not at all, for its owner only, and never through a link. */
export function writeSecretFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}
