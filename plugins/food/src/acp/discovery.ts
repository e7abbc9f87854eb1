import { protocolVersion } from '../checkout/vocabulary.ts'
import type { Stores } from '../stores/stores.ts'

/** The document at `/.well-known/acp.json`: what an agent can do here, before it has a token. */
export const toDiscovery = (stores: Stores, publicUrl: string) => ({
  protocol: { name: 'acp', version: protocolVersion, supported_versions: [protocolVersion] },
  api_base_url: publicUrl,
  transports: ['rest'],
  capabilities: {
    services: ['checkout'],
    extensions: [{ name: 'discount' }],
    supported_currencies: [...new Set(stores.all.map(({ currency }) => currency))].sort(),
    supported_locales: ['en'],
  },
})
