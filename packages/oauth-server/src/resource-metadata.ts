import type { Mount } from '@reference-plugins/core'

export interface ResourceMetadataOptions {
  publicUrl: string
  title: string
  issuer: string
  scopes: readonly string[]
}

const path = '/.well-known/oauth-protected-resource'

/** What a token may be for: the whole plugin, or MCP alone. A token for the whole is good for MCP too. */
export const resourcesOf = (publicUrl: string): string[] => [publicUrl, `${publicUrl}/mcp`]

/**
 * Where to get a token for this API and for its MCP server, RFC 9728: the path of the resource stands behind the
 * well-known part (section 3.1). Every 401 of the plugin leads here.
 */
export function resourceMetadata({ publicUrl, title, issuer, scopes }: ResourceMetadataOptions): Mount {
  const metadata = {
    resource_name: title,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  }
  return {
    path,
    middleware(ctx, next) {
      const resource = `${publicUrl}${ctx.path.slice(path.length)}`
      if (!resourcesOf(publicUrl).includes(resource) || !/^(GET|HEAD)$/.test(ctx.method)) return next()
      ctx.set('Access-Control-Allow-Origin', '*')
      ctx.body = { resource, ...metadata }
    },
  }
}
