import { basePath, type Mount } from '@reference-plugins/core'

export interface ResourceMetadataOptions {
  publicUrl: string
  title: string
  issuer: string
  scopes: readonly string[]
}

const path = '/.well-known/oauth-protected-resource'

/** The resources of tokens: the whole plugin, or MCP only. A token for the whole plugin is also valid for MCP. */
export const resourcesOf = (publicUrl: string): string[] => [publicUrl, `${publicUrl}/mcp`]

/**
 * Where to get a token for this API and for its MCP server, RFC 9728: the path of the resource follows the well-known
 * part (section 3.1); some clients put it before. A slash at the end is part of the name that the client uses. Every 401 of
 * the plugin names the URL below the public URL, which section 5.1 allows: the proxy of a plugin with a path may not pass
 * on what is at the root of the domain.
 */
export function resourceMetadata({ publicUrl, title, issuer, scopes }: ResourceMetadataOptions): Mount[] {
  const metadata = {
    resource_name: title,
    authorization_servers: [issuer],
    scopes_supported: scopes,
    bearer_methods_supported: ['header'],
  }
  const base = basePath(publicUrl)
  const answer = (toResource: (path: string) => string): Mount['middleware'] => {
    return (ctx, next) => {
      const resource = `${publicUrl}${toResource(ctx.path)}`
      if (!resourcesOf(publicUrl).includes(resource.replace(/\/$/, '')) || !/^(GET|HEAD)$/.test(ctx.method))
        return next()
      ctx.set('Access-Control-Allow-Origin', '*')
      ctx.body = { resource, ...metadata }
    }
  }
  return [
    ...(base === ''
      ? []
      : [{ path: `${path}${base}`, middleware: answer((asked) => asked.slice(`${path}${base}`.length)) }]),
    { path, middleware: answer((asked) => asked.slice(path.length)) },
    { path: `/mcp${path}`, middleware: answer((asked) => asked.replace(path, '')) },
  ]
}
