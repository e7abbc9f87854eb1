import { chmodSync, closeSync, openSync, statSync } from 'node:fs'

/**
 * Makes sure that only its owner can read a database: creates the file so, or takes the rights of others away.
 * SQLite gives its other files (`-wal`, `-shm`) the rights of the database when it creates them.
 */
export function keepPrivate(file: string): void {
  try {
    closeSync(openSync(file, 'ax', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    for (const one of [file, `${file}-wal`, `${file}-shm`]) restrict(one)
  }
}

function restrict(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  // The files of another user are that user's to restrict.
  if (!found || (found.mode & 0o077) === 0 || found.uid !== process.getuid?.()) return
  chmodSync(file, found.mode & 0o700)
}
