import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { Notes, noteMigrations } from '../../src/notebook/notes.ts'

/** The notebook on a new SQLite file, which is deleted after the tests. */
export async function openNotebook() {
  const folder = mkdtempSync(join(tmpdir(), 'notebook-'))
  const database = await openDatabase(`file:${join(folder, 'notes.sqlite')}`, noteMigrations)
  after(async () => {
    await database.close()
    rmSync(folder, { recursive: true })
  })
  return { notes: new Notes(database), database }
}
