import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OAuthSettings } from '@reference-plugins/contract'
import { developmentFolder } from '@reference-plugins/core'

const tokenFiles = ['service-token', 'user-token', 'access-token']

/** The path of a file that a plugin writes in development, beside its database. */
export const besideDatabase = (databaseUrl: string, file: string): string => join(developmentFolder(databaseUrl), file)

/** The token that a plugin made itself in development. Undefined where it needs none. */
export function developmentToken(databaseUrl: string, prefix: '' | 'second-' = ''): string | undefined {
  const path = tokenFiles.map((file) => besideDatabase(databaseUrl, prefix + file)).find(existsSync)
  return path && readFileSync(path, 'utf8').trim()
}

interface DevelopmentClients {
  password: string
  clients: { id: string; secret?: string; redirectUris: string[] }[]
}

/** The clients and users that a plugin made itself in development for OAuth. */
export function developmentClient(databaseUrl: string): OAuthSettings | undefined {
  const path = besideDatabase(databaseUrl, 'development.json')
  if (!existsSync(path)) return undefined
  const { password, clients } = JSON.parse(readFileSync(path, 'utf8')) as DevelopmentClients
  const [client, secondClient] = clients.map(({ id, secret, redirectUris: [redirectUri = ''] }) => ({
    clientId: id,
    clientSecret: secret,
    redirectUri,
  }))
  return (
    client && {
      ...client,
      secondClient,
      signIn: { username: 'developer', password },
      secondSignIn: { username: 'guest', password },
    }
  )
}
