import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import { type PluginDocument, toMcpDocument } from '@reference-plugins/reader'
import type { FoundPlugin } from '../plugins/plugins.ts'
import { discoverMcpOAuth, type OAuthServer } from '../sign-in/oauth-server.ts'
import { readMcpServer } from './mcp-server.ts'
import { type Passed, Refusal, type Steps } from './steps.ts'
import type { Trace } from './trace.ts'

export interface McpReading {
  url: string
  address: string
  allowLoopback: boolean
  token: string | undefined
  signal: AbortSignal
  steps: Steps
  trace: Trace
}

/** Reads an MCP server, which describes itself. Where it wants a sign-in first, its tools are read after that. */
export async function readMcp({ url, address, steps, trace, ...options }: McpReading): Promise<FoundPlugin> {
  for (const name of ['manifest', 'read manifest', 'check manifest', 'spec', 'read spec', 'check spec'] as const)
    steps.skip(name, 'An MCP server describes itself')
  const found = await steps.run('operations', () => readTools(url, trace, options))
  await steps.run('auth', () => tellAuth(found, options.token))
  steps.skip('domains', 'There is one address only')
  steps.skip('CORS', 'This host calls from its server')
  return { address: address.trim(), ...found, texts: mcpTexts(found.document), repairs: [] }
}

/** Of an MCP server what was approved is its list of tools. */
export const mcpTexts = ({ server, operations }: PluginDocument): FoundPlugin['texts'] => ({
  spec: JSON.stringify(operations, null, 2),
  specUrl: server,
})

interface Found {
  document: PluginDocument
  oauth?: OAuthServer
}

async function readTools(
  url: string,
  trace: Trace,
  { allowLoopback, token, signal }: Pick<McpReading, 'allowLoopback' | 'token' | 'signal'>,
): Promise<Passed<Found>> {
  const fetch = guardedFetcher({ allowLoopback, redirects: 0, maximumBytes: 5 * 2 ** 20, timeout: 20_000 })
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  try {
    const document = await readMcpServer(url, { fetch, authorization, signal })
    const names = document.operations.slice(0, 5).map(({ name }) => name)
    return { result: { document }, message: `${document.operations.length} tools: ${names.join(', ')}` }
  } catch (error) {
    const oauth =
      token === undefined && error instanceof Refusal ? await discoverMcpOAuth(url, trace.asFetch()) : undefined
    if (!oauth) throw error
    return {
      result: { document: withOAuth(url, oauth), oauth },
      message: 'Its tools are read once you have signed in',
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

function tellAuth({ oauth }: Found, token: string | undefined): Passed<undefined> {
  if (oauth) return { result: undefined, message: `Users sign in at ${new URL(oauth.authorizationUrl).host}` }
  return {
    result: undefined,
    message: token === undefined ? 'Everybody may call it' : 'One token for all users: the one that was entered',
  }
}
