import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A secret for the developer's machine: 256 random bits, in a file that only its owner can read.
 * @param path of the file; its folder is created if missing
 */
export function developmentSecret(path: string): { secret: string; isNew: boolean } {
  try {
    return { secret: readFileSync(path, 'utf8').trim(), isNew: false }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const secret = randomBytes(32).toString('base64url')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, secret, { mode: 0o600 })
  return { secret, isNew: true }
}
