import { serve } from '@reference-plugins/core'
import { createNotesPlugin } from './plugin.ts'
import { NotesSettings } from './settings.ts'

await serve(createNotesPlugin, { port: 3336, folder: new URL('..', import.meta.url), settings: NotesSettings })
