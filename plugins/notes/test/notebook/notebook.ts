import { after } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { Notes } from '../../src/notebook/notes.ts'
import { noteMigrations } from '../../src/notebook/tables.ts'

/** The notebook on a new database, which is deleted after the tests. */
export async function openNotebook() {
  const database = await openDatabase(temporaryDatabase(), noteMigrations)
  after(() => database.close())
  return { notes: new Notes(database), database }
}
