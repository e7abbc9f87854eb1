import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { developmentFolder, EnvironmentError, readSecretFile, writeSecretFile } from '@reference-plugins/core'
import { z } from 'zod'
import type { AuthorizationServer } from './authorization-server.ts'
import { Client } from './client.ts'

const file = 'development.json'
// Two users, to show that neither sees the other's data.
const tokenFiles = { developer: 'access-token', guest: 'second-access-token' }
const user = 'developer'

const Kept = z.object({ user: z.string(), password: z.string(), clients: z.array(Client).min(1) })

/** What a developer starts with: two users, two clients, and an access token of each user for manual calls. */
export interface Development {
  clients: Client[]
  /** Creates the users if they are missing, and writes new access tokens. Prints what is new. */
  prepare(server: AuthorizationServer<string>, publicUrl: string): Promise<void>
}

/**
 * Reads them from the folder of the database, or creates them there. They are only for the developer's machine.
 * @throws EnvironmentError
 */
export function readDevelopment(databaseUrl: string): Development {
  const folder = developmentFolder(databaseUrl)
  const path = join(folder, file)
  const found = readSecretFile(path)
  const kept = found === undefined ? Kept.parse(make()) : parse(path, found)
  if (found === undefined) writeSecretFile(path, `${JSON.stringify(kept, null, 2)}\n`)
  return {
    clients: kept.clients,
    async prepare(server, publicUrl) {
      const { accounts } = server
      const [client] = kept.clients as [Client]
      for (const [name, file] of Object.entries(tokenFiles)) {
        const account = (await accounts.findByName(name)) ?? (await accounts.add(name, kept.password))
        if (account) writeSecretFile(join(folder, file), await server.issueAccessToken(account.id, client.id))
      }
      if (found === undefined) console.log(announce(kept, path, publicUrl))
    },
  }
}

function parse(path: string, text: string): z.output<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(text))
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : []
    const reason = issue ? `${issue.path.join('.')} ${issue.message}`.trim() : 'it is not JSON'
    throw new EnvironmentError(`${path} cannot be used (${reason}): correct it, or delete it to create another one`)
  }
}

const secret = () => randomBytes(32).toString('base64url')

const make = (): z.input<typeof Kept> => ({
  user,
  password: randomBytes(9).toString('base64url'),
  clients: [
    {
      id: 'development',
      secret: secret(),
      name: 'Development',
      redirectUris: ['http://localhost:3000/oauth/callback'],
      pkce: false,
    },
    {
      id: 'development-public',
      name: 'Development, public',
      redirectUris: ['http://127.0.0.1/callback', 'http://localhost:6274/oauth/callback'],
    },
  ],
})

function announce({ password, clients }: z.output<typeof Kept>, path: string, publicUrl: string): string {
  const [client] = clients as [Client]
  return [
    'Created for development:',
    `- users to sign in as: ${Object.keys(tokenFiles).join(' and ')}, password ${password}`,
    `- a client for your assistant's settings: client id ${client.id}, client secret ${client.secret}`,
    `  with the authorization URL ${publicUrl}/oauth/authorize and the token URL ${publicUrl}/oauth/token`,
    `They are saved in ${path}: add your assistant's callback to redirectUris there.`,
  ].join('\n')
}
