import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { EnvironmentError } from './environment.ts'

// Windows has neither these permissions nor this flag.
const hasModes = process.platform !== 'win32'
const withoutLinks = constants.O_NOFOLLOW ?? 0

/**
 * Reads a file that only its owner may read and write; undefined if there is none.
 * @throws EnvironmentError with one line that says what to do, for a link, a folder, or a file that others may read or write
 */
export function readSecretFile(path: string): string | undefined {
  const file = open(path)
  if (file === undefined) return undefined
  try {
    const { mode } = fstatSync(file)
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new EnvironmentError(`${path} is not a file: remove it`)
    if (hasModes && (mode & 0o022) !== 0)
      throw new EnvironmentError(
        `Other users of this machine can write ${path}: remove it, or check what it contains and run chmod 600 '${path}'`,
      )
    if (hasModes && (mode & 0o044) !== 0)
      throw new EnvironmentError(`Other users of this machine can read ${path}: run chmod 600 '${path}'`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

function open(path: string): number | undefined {
  try {
    // Without O_NONBLOCK opening a pipe would wait for its writer.
    return openSync(path, constants.O_RDONLY | withoutLinks | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'ELOOP') throw new EnvironmentError(`${path} is a link: replace it by the file itself`)
    if (code === 'EACCES') throw new EnvironmentError(`${path} belongs to another user: run as that user, or remove it`)
    throw error
  }
}

/**
 * Writes a file that only its owner may read and write, whole or not at all. What was at the path is replaced; a link is
 * replaced too, and not followed. A missing folder is created for the owner alone.
 */
export function writeSecretFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomUUID()}.new`
  const file = openSync(temporary, 'wx', 0o600)
  try {
    try {
      // The umask may have taken rights away from the owner.
      if (hasModes) fchmodSync(file, 0o600)
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
