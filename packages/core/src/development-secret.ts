import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { EnvironmentError } from './environment.ts'
import { readSecretFile, writeSecretFile } from './secret-file.ts'

/**
 * A secret for the developer's machine: 256 random bits, in a file that only its owner can read.
 * @param path of the file; its folder is created if missing
 */
export function developmentSecret(path: string): { secret: string; isNew: boolean } {
  const kept = readSecretFile(path)?.trim()
  if (kept === '') throw new EnvironmentError(`${path} is empty: remove it, and a new secret will be made`)
  if (kept !== undefined) return { secret: kept, isNew: false }
  const secret = randomBytes(32).toString('base64url')
  writeSecretFile(path, secret)
  return { secret, isNew: true }
}

/**
 * The folder of the secrets that a plugin makes itself in development: that of the database file, or `.data/NAME` in the
 * working folder if the database `NAME` is on a server.
 */
export function developmentFolder(databaseUrl: string): string {
  return databaseUrl.startsWith('file:')
    ? dirname(databaseUrl.slice('file:'.length))
    : join('.data', basename(new URL(databaseUrl).pathname) || 'postgres')
}
