/** A registered client of the authorization server. */
export interface OAuthClient {
  clientId: string
  /** A public client has none and uses PKCE. */
  clientSecret?: string | undefined
  /** As registered. The tester does not call it: it reads the redirect to it. */
  redirectUri: string
}

export interface SignIn {
  username: string
  password: string
}

/** What the tester needs to sign in as an assistant does. */
export interface OAuthSettings extends OAuthClient {
  /** By default the scope of the manifest. */
  scope?: string | undefined
  /** The part of the scope that only allows reading: its token must change nothing. */
  readScope?: string | undefined
  /** Another client, whose codes and tokens must not be accepted from the first. */
  secondClient?: OAuthClient | undefined
  /** Entered in the sign-in pages of the server. Consent is given as well. */
  signIn?: SignIn | undefined
  /** Another user, to check that users cannot see each other's data. */
  secondSignIn?: SignIn | undefined
  /** More parameters of the authorization request, for a server that signs test users in by itself. */
  parameters?: Record<string, string> | undefined
}

const texts = ['clientId', 'clientSecret', 'redirectUri', 'scope', 'readScope', 'username', 'password']
const objects = ['secondClient', 'signIn', 'secondSignIn', 'parameters']

/**
 * Reads what stands in a file; `$NAME` is taken from the environment.
 * @throws Error that names the member
 */
export function readOAuthSettings(value: unknown): OAuthSettings {
  const settings = read(value, 'oauth') as unknown as OAuthSettings
  for (const client of [settings, settings.secondClient]) {
    if (client && !client.clientId) throw new Error('oauth: clientId is missing')
    if (client && !URL.canParse(client.redirectUri ?? '')) throw new Error('oauth: redirectUri must be a URL')
  }
  return settings
}

function read(value: unknown, place: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Error(`${place} must be an object`)
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      const here = `${place}.${name}`
      const isFree = place.endsWith('.parameters')
      if (!isFree && objects.includes(name)) return [name, read(one, here)]
      if (!isFree && !texts.includes(name))
        throw new Error(`${here} is not known: ${[...texts, ...objects].join(', ')}`)
      if (typeof one !== 'string') throw new Error(`${here} must be text`)
      return [name, fromEnvironment(one, here)]
    }),
  )
}

export function fromEnvironment(text: string, place: string): string {
  const name = /^\$([A-Z_][A-Z0-9_]*)$/.exec(text)?.[1]
  if (name === undefined) return text
  const value = process.env[name]
  if (value === undefined) throw new Error(`${place} needs the environment variable ${name}, which is not set`)
  return value
}
