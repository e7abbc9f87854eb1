import assert from 'node:assert/strict'
import {
  auth,
  Client,
  type OAuthClientProvider,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import type { Browser } from './browser.ts'

const callback = 'http://127.0.0.1:8123/callback'
const identity = { name: 'test', version: '1' }

export interface SignedInClient {
  client: Client
  /** Where the browser was sent. */
  start: URL
  /** What the library's function for clients says that come without a challenge. */
  again: () => Promise<string>
}

/** The official client: it registers itself, signs in with the fixture's browser, and connects. */
export async function signInByMcp(serverUrl: string, browser: Browser): Promise<SignedInClient> {
  const kept: { client?: unknown; tokens?: StoredOAuthTokens; start?: URL; verifier?: string } = {}
  const authProvider: OAuthClientProvider = {
    redirectUrl: callback,
    clientMetadata: { client_name: 'Desktop', redirect_uris: [callback] },
    clientInformation: () => kept.client as never,
    saveClientInformation: (client) => void Object.assign(kept, { client }),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void Object.assign(kept, { tokens }),
    redirectToAuthorization: (start) => void Object.assign(kept, { start }),
    saveCodeVerifier: (verifier) => void Object.assign(kept, { verifier }),
    codeVerifier: () => kept.verifier as string,
  }
  const connect = async () => {
    const client = new Client(identity)
    const transport = new StreamableHTTPClientTransport(new URL(serverUrl), { authProvider })
    const failure = await client.connect(transport).then(
      () => undefined,
      (error: Error) => error,
    )
    return { client, transport, failure }
  }
  const { transport } = await connect()
  const { start } = kept
  assert.ok(start, 'the client did not send the browser anywhere')
  await browser.open(start.href)
  const end = await browser.submit('allow')
  await transport.finishAuth(new URL(end).searchParams)
  const { client, failure } = await connect()
  if (failure) throw failure
  return { client, start, again: () => auth(authProvider, { serverUrl }) }
}

/** The official client with a token, if there is one. */
export async function connectByMcp(serverUrl: string, token?: string): Promise<Client> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const client = new Client(identity, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(serverUrl), { requestInit: { headers } }))
  return client
}
