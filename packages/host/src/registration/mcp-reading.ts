import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { type PluginDocument, toMcpDocument } from '@reference-plugins/reader'
import type { FoundPlugin } from '../plugins/plugins.ts'
import { toSentences } from '../sentences.ts'
import { discoverMcpOAuth } from '../sign-in/mcp-oauth.ts'
import type { OAuthServer } from '../sign-in/oauth-server.ts'
import { readMcpServer, TokenWanted } from './mcp-server.ts'
import { type Passed, passed, type Reading, Refusal } from './steps.ts'

interface Found {
  document: PluginDocument
  oauth?: OAuthServer
}

/** Reads an MCP server, which describes itself. If it requires sign-in, its tools are read after that. */
export async function readMcp(reading: Reading, url: string): Promise<FoundPlugin> {
  const { steps, address } = reading
  steps.skip(
    ['manifest', 'read manifest', 'check manifest', 'spec', 'read spec', 'check spec'],
    'An MCP server describes itself',
  )
  const found = await steps.run('operations', () => readTools(reading, url))
  await steps.run('auth', () => passed(undefined, authOf(found, reading)))
  steps.skip(['domains'], 'There is only one address')
  steps.skip(['CORS'], 'This host calls from its server')
  return { address, ...found, texts: mcpTexts(found.document), repairs: [] }
}

/** For an MCP server the user approves its list of tools. */
export const mcpTexts = ({ server, operations }: PluginDocument): FoundPlugin['texts'] => ({
  spec: JSON.stringify(operations, null, 2),
  specUrl: server,
})

async function readTools({ trace, allowLoopback, token, signal }: Reading, url: string): Promise<Passed<Found>> {
  const fetch = guardedFetcher({ allowLoopback, redirects: 0, maximumBytes: 5 * 2 ** 20, timeout: 20_000 })
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  try {
    const document = await readMcpServer(url, { fetch, authorization, signal })
    const names = document.operations.slice(0, 5).map(({ name }) => name)
    return passed({ document }, `${document.operations.length} tools: ${names.join(', ')}`)
  } catch (error) {
    if (token !== undefined || !(error instanceof TokenWanted)) throw error
    const read = await discoverMcpOAuth(url, error.challenge, trace.asFetch())
    if ('faults' in read)
      throw new Refusal(
        toSentences([`${error.message}, and how to sign in was not found`, ...read.faults]),
        'Enter a token with the address. For OAuth the metadata of the server (RFC 9728) must be where its answer 401 says, and name this address as resource',
        error,
      )
    const oauth = read.server
    return {
      result: { document: withOAuth(url, oauth), oauth },
      message: 'Its tools are read after you sign in',
      warning: 'Register it, then sign in on its page',
    }
  }
}

function withOAuth(url: string, { authorizationUrl, tokenUrl, scope, contentType }: OAuthServer): PluginDocument {
  const server = { url, name: '', title: undefined, instructions: undefined, hasToken: false }
  return {
    ...toMcpDocument(server, []),
    auth: {
      type: 'oauth',
      scheme: 'bearer',
      verificationTokens: {},
      oauth: { authorizationUrl, tokenUrl, scope, contentType },
    },
  }
}

function authOf({ oauth }: Found, { token }: Reading): string {
  if (oauth) return `Users sign in at ${new URL(oauth.authorizationUrl).host}`
  return token === undefined ? 'Anyone may call it' : 'One token for all users: the one that you entered'
}
