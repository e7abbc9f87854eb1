import { type GuardedResponse, guardedFetch } from '@reference-plugins/guarded-fetch'
import type { Provider } from 'oidc-provider'
import { callbackFault } from './callback.ts'
import { isDeceptive } from './name.ts'

type Client = InstanceType<Provider['Client']>

const longestDocument = 16_384
const longestFetch = 5_000

/** Fetches a document that a stranger has named, without reaching into the server's own network. */
export const fetchDocument = (url: string): Promise<GuardedResponse> =>
  guardedFetch(url, {
    maximumBytes: longestDocument,
    timeout: longestFetch,
    redirects: 0,
    headers: { accept: 'application/json' },
  })

export interface DocumentOptions {
  /** Hosts whose documents are accepted; `*` means all. */
  hosts: readonly string[]
  fetch?: typeof fetchDocument
}

/** Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document-02): the id of a client is the URL of its own description. */
export function clientDocuments({ hosts, fetch = fetchDocument }: DocumentOptions) {
  return {
    feature: {
      enabled: hosts.length > 0,
      ack: 'draft-02',
      allowFetch: (_: unknown, id: string) => isHost(hosts, id),
      allowClient: (_: unknown, { redirectUris = [], clientName = '', withoutPkce }: Client) =>
        withoutPkce === undefined &&
        redirectUris.length > 0 &&
        redirectUris.every((uri) => callbackFault(uri) === undefined) &&
        !isDeceptive(clientName),
    },
    async fetch(url: string | URL | Request): Promise<Response> {
      const { status, headers, body } = await fetch(String(url instanceof Request ? url.url : url))
      return new Response(new Uint8Array(body), { status, headers })
    },
  }
}

const isHost = (hosts: readonly string[], url: string): boolean => {
  const host = URL.parse(url)?.host
  return host !== undefined && (hosts.includes('*') || hosts.includes(host))
}
