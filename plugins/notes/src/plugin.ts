import { definePlugin } from '@reference-plugins/core'
import { createSignIn, oauthMigrations } from '@reference-plugins/oauth-server'
import { openDatabase } from '@reference-plugins/store'
import { createKnowledgeOperations } from './knowledge.ts'
import { createNoteFiles } from './note-files.ts'
import { Notes } from './notebook/notes.ts'
import { noteMigrations } from './notebook/tables.ts'
import { createOperations } from './operations.ts'
import type { NotesSettings } from './settings.ts'

export const notesMigrations = { ...oauthMigrations, ...noteMigrations }

const scopes = {
  'notes:read': 'Read and search your notes',
  'notes:write': 'Add, change and delete your notes',
} as const

/** A personal knowledge base. Users see only their own notes. */
export async function createNotesPlugin(settings: NotesSettings) {
  const database = await openDatabase(settings.DATABASE_URL, notesMigrations)
  const notes = new Notes(database)
  await notes.prepare()
  const signIn = await createSignIn({
    environment: settings,
    publicUrl: settings.PUBLIC_URL,
    title: 'Notes',
    database,
    scopes,
    onRemoveAccount: (owner, transaction) => notes.removeAll(owner, transaction),
  })

  return definePlugin({
    name: 'notes',
    title: 'Notes',
    descriptionForHuman: 'Save notes and find them again by their words.',
    descriptionForModel:
      'The notes of the signed-in user. Search them before you answer from memory, and before you add a note that may ' +
      'already exist. To change a note, read it first and send the version that you read.',
    conversationStarters: [
      'What do my notes say about the bread recipe?',
      'Note that the dentist is on Friday at nine.',
      'Which tags do my notes have?',
    ],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    auth: signIn.auth,
    needs: [database, signIn],
    mounts: [...signIn.mounts, ...createNoteFiles(notes, signIn.auth)],
    operations: { ...createKnowledgeOperations(notes, settings.PUBLIC_URL), ...createOperations(notes) },
  })
}
