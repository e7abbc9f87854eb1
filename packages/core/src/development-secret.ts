import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * A secret for one's own machine: 256 random bits, kept in a file that only its owner can read.
 * @param path of the file, whose folder is made where there is none
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
