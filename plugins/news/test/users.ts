import type { Plugin } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { UserTokens } from '../src/user-tokens.ts'

/** What the plugin needs so that `openUsers` can make users. */
export const userSettings = {}

/** Makes users beside the plugin, on its database. */
export async function openUsers(_plugin: Plugin, database: Database, _publicUrl: string) {
  const tokens = new UserTokens(database)
  return {
    /** A token for the user, who is created if they do not exist. */
    tokenFor: (name: string): Promise<string> => tokens.add(name),
    close: async () => {},
  }
}
