import type { Plugin } from '@reference-plugins/core'
import { createAuthorizationServer } from '@reference-plugins/oauth-server'
import type { Database } from '@reference-plugins/store'

const client = {
  id: 'test',
  secret: 'x'.repeat(40),
  name: 'Test',
  redirectUris: ['https://a.example.com/'],
  pkce: true,
}

/** What the plugin needs so that `openUsers` can make users. */
export const userSettings = { OAUTH_CLIENTS: [client] }

/** Makes users beside the plugin: a second authorization server on its tables, which issues tokens. */
export async function openUsers({ auth, title }: Plugin, database: Database, publicUrl: string) {
  const { scopes } = auth
  const issuer = await createAuthorizationServer({ publicUrl, title, database, scopes, clients: [client] })
  return {
    /** A token for the user, who is created if they do not exist. */
    async tokenFor(name: string): Promise<string> {
      // Without a password, which takes a quarter of a second to hash.
      await database.run`
        INSERT INTO oauth_account (id, name, key, password, created_at) VALUES (${name}, ${name}, ${name}, '', 0)
        ON CONFLICT (key) DO NOTHING`
      const account = await issuer.accounts.findByName(name)
      return issuer.issueAccessToken(account?.id ?? name, client.id)
    },
    close: () => issuer.close(),
  }
}
