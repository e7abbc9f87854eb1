import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import type { PluginDocument } from '@reference-plugins/reader'
import { discoverOAuthServer, type OAuthServer } from '../sign-in/oauth-server.ts'
import { type Passed, passed, type Reading, Refusal } from './steps.ts'

const messages = {
  none: 'Anyone may call it',
  service_http: 'One token for all users: enter it when you approve the plugin',
  user_http: 'Each user pastes their own token',
}

/** Step 9: how users sign in. @throws Refusal */
export async function checkAuth(
  { candidates, trace }: Reading,
  { auth, server }: PluginDocument,
): Promise<Passed<OAuthServer | undefined>> {
  if (!candidates.isLoopback && isLoopbackUrl(server))
    throw new Refusal(
      `The plugin is on the internet, but its server is this machine: ${server}`,
      'Put the public URL of the API into servers of the spec',
    )
  if (auth.type !== 'oauth') return passed(undefined, messages[auth.type])
  if (!auth.oauth)
    throw new Refusal(
      'The manifest uses OAuth but has no OAuth URLs',
      'Add client_url (where the browser signs in) and authorization_url (where a code is exchanged for a token) to auth',
    )
  const found = await discoverOAuthServer(auth.oauth, server, trace.asFetch())
  const metadata = found.issuer === undefined ? 'It publishes no metadata' : `Its issuer is ${found.issuer}`
  const client =
    found.registrationUrl === undefined
      ? 'Enter a client ID when you approve the plugin'
      : 'It registers this host as a client'
  return passed(found, `Users sign in at ${new URL(found.authorizationUrl).host}. ${metadata}. ${client}`)
}
