import { isLoopbackUrl } from '@reference-plugins/guarded-fetch/address'
import type { ManifestAuth } from '../auth/auth.ts'

export type AuthType = ManifestAuth['type']

/** What the steps for an assistant need to know about a plugin. */
export interface Connection {
  /** `name_for_model`: letters and digits. */
  name: string
  /** The name of its folder, which `pnpm export` takes. */
  folder: string
  /** Where the assistant reaches the plugin, without a slash at the end. */
  url: string
  auth: AuthType
  /** The scopes of an oauth plugin, with blanks between them. */
  scope: string
  /** How the header Authorization begins. */
  scheme: 'Bearer' | 'Basic'
  /** What a shell replaces by the token, in double quotes: `$TOKEN`, or `$(cat FILE)`. */
  token: string
}

/** One step: a sentence or several, in which code stands between backticks; something to copy; or a link to open. */
export type Step =
  | { text: string }
  | { code: string; language: 'sh' | 'json' | 'yaml' | 'text' }
  | { label: string; link: string }

export interface Assistant {
  name: string
  /** What it reads. The first one is what the steps use. */
  reads: readonly ('MCP' | 'OpenAPI' | 'OpenAPI 3.0' | 'manifest' | 'files')[]
  auth: readonly AuthType[]
  /** Whether it runs in the cloud of its vendor, and reaches only a public address. */
  isRemote: boolean
  steps(connection: Connection): Step[]
}

export const everyAuth: readonly AuthType[] = ['none', 'service_http', 'user_http', 'oauth']

export const mcpUrl = ({ url }: Connection): string => `${url}/mcp`
export const hasToken = ({ auth }: Connection): boolean => auth === 'service_http' || auth === 'user_http'

export interface Obstacle {
  /** Two or three words: "needs a sign-in". */
  short: string
  /** What is in the way, and what to do. Code stands between backticks. */
  text: string
}

/** What keeps an assistant from using a plugin as it is served now. Empty if nothing does. */
export function obstacles({ name, auth, isRemote }: Assistant, connection: Connection): Obstacle[] {
  const found: Obstacle[] = []
  if (!auth.includes(connection.auth)) {
    const { short, text } = refusals[connection.auth]
    found.push({ short, text: `${name} ${text}.` })
  }
  if (isRemote && (!connection.url.startsWith('https:') || isLoopbackUrl(connection.url)))
    found.push({
      short: 'needs a public https address',
      text: `${name} runs in the cloud and cannot reach ${connection.url}: serve the plugin at a public https address, and set \`PUBLIC_URL\` to it.`,
    })
  return found
}

const refusals: Record<AuthType, Obstacle> = {
  none: {
    short: 'needs authentication',
    text: 'accepts no plugin without authentication: give the plugin a service token or a sign-in',
  },
  service_http: {
    short: 'does not accept a token',
    text: 'has no field for a service token: give the plugin a sign-in (OAuth)',
  },
  user_http: {
    short: 'does not accept user tokens',
    text: 'has no field for a token of each user: give the plugin a sign-in (OAuth)',
  },
  oauth: {
    short: 'does not support sign-in',
    text: 'cannot sign users in to this kind of plugin: use another assistant',
  },
}
