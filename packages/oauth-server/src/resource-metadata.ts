import type { Mount } from '@reference-plugins/core'

export interface ResourceMetadataOptions {
  publicUrl: string
  title: string
  issuer: string
  scopes: readonly string[]
}

/** Where to get a token for this API, RFC 9728. Every 401 of the plugin leads here. */
export function resourceMetadata({ publicUrl, title, issuer, scopes }: ResourceMetadataOptions): Mount {
  const metadata = {
    resource: publicUrl,
    resource_name: title,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  }
  return {
    path: '/.well-known/oauth-protected-resource',
    middleware(ctx) {
      ctx.set('Access-Control-Allow-Origin', '*')
      ctx.body = metadata
    },
  }
}
