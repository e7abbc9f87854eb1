import type { Settings } from '@reference-plugins/core'
import { SignInEnvironment } from '@reference-plugins/oauth-server'

/** The variables that only this plugin reads: how users sign in. To add your own, extend the schema. */
export const NotesSettings = SignInEnvironment
export type NotesSettings = Settings<typeof NotesSettings>
