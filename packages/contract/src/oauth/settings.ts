/** A client that the authorization server knows. */
export interface OAuthClient {
  clientId: string
  /** A public client has none, and proves itself by PKCE. */
  clientSecret?: string | undefined
  /** As it is registered. Nothing is called there: the tester reads the redirect that leads to it. */
  redirectUri: string
}

export interface SignIn {
  username: string
  password: string
}

/** What the tester needs to sign in as an assistant does. */
export interface OAuthSettings extends OAuthClient {
  /** By default that of the manifest. */
  scope?: string | undefined
  /** A part of the scope that allows reading only: a token of it is held to that. */
  readScope?: string | undefined
  /** Another client, for what may not be taken from it. */
  secondClient?: OAuthClient | undefined
  /** Typed into the pages of the server, and its consent given. */
  signIn?: SignIn | undefined
  /** Another user, whose token shows whether users are kept apart. */
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
  if (value === undefined) throw new Error(`${place} asks for the environment variable ${name}, which is not set`)
  return value
}
