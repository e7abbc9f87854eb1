import { isLoopbackUrl } from '@reference-plugins/guarded-fetch'
import { missingSignIn, type PluginDocument } from '@reference-plugins/reader'
import { toSentences } from '../sentences.ts'
import { discoverOAuthServer, type OAuthServer } from '../sign-in/oauth-server.ts'
import { type Passed, passed, type Reading, Refusal } from './steps.ts'

const messages = {
  none: 'Anyone may call it',
  service_http: 'One token for all users: enter it when you approve the plugin',
  user_http: 'Each user pastes their own token',
}

/** Step 9: how users sign in, and what cannot be called with it. @throws Refusal */
export async function checkAuth(reading: Reading, document: PluginDocument): Promise<Passed<OAuthServer | undefined>> {
  const found = await findSignIn(reading, document)
  const other = document.operations.flatMap((operation) => {
    const missing = missingSignIn(document.auth, operation)
    return missing === undefined ? [] : [`${operation.name} requires ${missing}`]
  })
  if (other.length === 0) return found
  const more = other.length > mostTold ? [`And ${other.length - mostTold} more`] : []
  const warning = toSentences([
    'The host uses one way to sign in, and cannot call everything with it',
    ...other.slice(0, mostTold),
    ...more,
  ])
  return { ...found, warning }
}

const mostTold = 5

async function findSignIn(
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
